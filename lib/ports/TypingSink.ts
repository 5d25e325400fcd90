import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";

/** Shows one party of a conversation that the other one is typing. Each adapter implements it for its network. */
export interface TypingSink {
    /** Best effort: returns immediately and never throws. `holdsMs`: how long `active` holds without being repeated. */
    typing(user: MatrixUserId, party: RemoteParty, state: "active" | "idle", holdsMs: number): void;
}
