import type { CallRecorder } from "../../ports/CallRecorder.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { ClientTransferParts } from "./ClientTransfer.ts";
import type { DirectRooms } from "../rooms/DirectRooms.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import type { LegRegistry } from "./LegRegistry.ts";
import type { PeerDisplayParts } from "./PeerDisplay.ts";

/** What the leg of a called Matrix user needs. */
export interface CalleeLegParts extends PeerDisplayParts, Omit<ClientTransferParts, "names"> {
    readonly names: PeerDisplayParts["names"] & ClientTransferParts["names"];
    readonly homeserver: Homeserver;
    readonly rooms: DirectRooms;
    readonly registry: LegRegistry;
    readonly recorder: Pick<CallRecorder, "note">;
    readonly clock: Clock;
    readonly log: Log;
    /** How long the desk lets a callee ring, in ms: what the invite tells clients. */
    readonly ringMs: number;
}
