import type { CallLeg, Transferor } from "../../ports/CallLeg.ts";
import type { DialogCopy, TransferorRecord } from "../../ports/LegRecord.ts";
import type { IncomingRequest, SipSource } from "../SipStack.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";

/** What the peer of a dialog may do with calls. */
export interface TransferRights {
    readonly by: Transferor;
    /** Whom a URI of the peer may mean, most likely first; empty if no party. */
    readonly calleesOf: (uri: string) => readonly RemoteParty[];
    /** Whether a request comes from where the peer is: the identifiers of a dialog alone must not place calls. */
    readonly isFrom: (source: SipSource) => boolean;
    /** For the call journal. */
    readonly record: TransferorRecord;
}

/** A leg whose dialog another request can name, and the rights of its peer. */
export interface NamedLeg {
    readonly leg: CallLeg;
    /** Name of the peer, trunk or account. */
    readonly peer: string;
    /** The dialog, with its tags. */
    readonly copy: DialogCopy;
    readonly rights: TransferRights | undefined;
    /** Receives a REFER of its peer, within the dialog or outside of it. */
    readonly refer: (request: IncomingRequest) => void;
}

/** What a Replaces header names: a leg that is connected or rings, or a dialog that is over. */
export type ReplaceableDialog =
    | { readonly phase: "confirmed" | "early"; readonly leg: CallLeg; readonly rights: TransferRights | undefined }
    | { readonly phase: "over"; readonly rights: TransferRights | undefined };

/** Whether the peers of two dialogs are the same user or trunk: only calls of its own can be transferred by a peer. */
export function haveSameOwner(one: TransferRights, other: TransferRights | undefined): boolean {
    switch (one.by.kind) {
        case "user":
            return other?.by.kind === "user" && other.by.user === one.by.user;
        case "trunk":
            return other?.by.kind === "trunk" && other.by.name === one.by.name;
    }
}
