import type { TransferProgress } from "../../call/CallEffect.ts";
import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { CallLeg, LegReport, TransferTarget } from "../../ports/CallLeg.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { CallMessage } from "./callEventContent.ts";
import type { CallerNames } from "./CallerNames.ts";
import type { LegRegistry } from "./LegRegistry.ts";
import { noticeOf } from "./matrixEndCause.ts";

export interface ClientTransferParts {
    readonly names: Pick<GhostNames, "partyOf">;
    readonly registry: Pick<LegRegistry, "connectedCall">;
    readonly clock: Pick<Clock, "startTimer">;
    /** Left out if neither trunks nor phones show names. */
    readonly callerNames?: Pick<CallerNames, "nameOf">;
}

/** Where the call of the client is. */
interface CallPlace {
    readonly room: MatrixRoomId;
    readonly ghost: MatrixUserId;
}

/** What the leg does for its transfers. */
export interface ClientTransferActions {
    readonly report: LegReport;
    /** Ends the call for a client that has left it; `notice`: what to say in the room. */
    readonly leave: (notice: string | undefined) => void;
}

type Replaces = Extract<CallMessage, { readonly kind: "replaces" }>;

/** How long the call that is to be joined waits for the other one's event, in ms. */
const JOIN_MS = 5_000;

/**
 * The transfers that the client of one call asks for by m.call.replaces (MSC2747). matrix-js-sdk leaves its calls immediately and
 * without a hangup: a transfer that fails ends the call, and a notice says why.
 */
export class ClientTransfer {
    readonly #parts: ClientTransferParts;
    readonly #user: MatrixUserId;
    readonly #actions: ClientTransferActions;
    #client: "inCall" | "left" = "inCall";
    #call: "goesOn" | "ended" = "goesOn";
    #stopTimer = (): void => undefined;

    constructor(parts: ClientTransferParts, user: MatrixUserId, actions: ClientTransferActions) {
        this.#parts = parts;
        this.#user = user;
        this.#actions = actions;
    }

    /** The client sent an m.call.replaces about its connected call. */
    take({ target, role }: Replaces, place: CallPlace | undefined): void {
        this.#client = "left";
        if (role === "await") {
            // the event about the other call names this one as its target
            this.#stopTimer = this.#parts.clock.startTimer(JOIN_MS, () => this.#actions.leave(undefined));
            return;
        }
        const to = this.#targetOf(target);
        const { callerNames } = this.#parts;
        // only a target that is called is sent a name
        const isNamed = place !== undefined && to.kind === "dialled";
        if (callerNames === undefined || !isNamed) return this.#request(to, undefined);
        void callerNames.nameOf(place.ghost, place.room, this.#user).then((name) => this.#request(to, name));
    }

    #request(to: TransferTarget, profileName: string | undefined): void {
        if (this.#call === "ended") return;
        const by = { kind: "user", user: this.#user } as const;
        const request = { by, to, ...(profileName !== undefined && { profileName }) };
        this.#actions.report({ kind: "transferRequested", request });
    }

    /** A command may have asked for the transfer: then the client is still in the call. */
    reportTransfer(progress: TransferProgress): void {
        if (this.#client === "inCall" || progress.stage !== "failed") return;
        const reason = noticeOf(progress.cause);
        this.#actions.leave(`The transfer failed.${reason === undefined ? "" : ` ${reason}`}`);
    }

    /** The call has ended. */
    stop(): void {
        this.#call = "ended";
        this.#stopTimer();
    }

    /** The ghost of another call of this user means that call; every other ghost the number or address that it represents. */
    #targetOf(target: MatrixUserId): TransferTarget {
        const { names, registry } = this.#parts;
        const leg: CallLeg | undefined = registry.connectedCall(this.#user, target);
        if (leg !== undefined) return { kind: "call", leg };
        const party = names.partyOf(target);
        return party === undefined ? { kind: "user", user: target } : { kind: "dialled", callees: [party] };
    }
}
