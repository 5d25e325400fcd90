import type { Sdp } from "../../call/vocabulary.ts";
import type { CallLeg, LegReport } from "../../ports/CallLeg.ts";
import type { DialogCopy } from "../../ports/LegRecord.ts";
import type { Log } from "../../ports/Log.ts";
import type { AssertParty } from "../identity/assertedParty.ts";
import type { ConnectedParty } from "../identity/ConnectedParty.ts";
import type { SipEnvironment } from "../SipEnvironment.ts";
import type { HeaderFields } from "../SipStack.ts";
import type { WriteReferTo } from "../transfer/referTo.ts";
import type { TransferRights } from "../transfer/TransferRights.ts";
import type { InDialogParts } from "./askInDialog.ts";
import type { DialogDigitsParts } from "./DialogDigits.ts";
import type { RefreshDuty } from "./refreshDuty.ts";

/** What an established dialog begins with. */
export interface DialogParts extends SipEnvironment, InDialogParts, Pick<DialogDigitsParts, "dtmf" | "allow"> {
    readonly log: Log;
    /** That we have to refresh the session, if so; done here where there are credentials or headers, else by the SIP server. */
    readonly duty: RefreshDuty | undefined;
    /** What was agreed so far. */
    readonly local: Sdp;
    readonly remote: Sdp | undefined;
    readonly ack: AckState;
    /** Name of the peer, trunk or account. */
    readonly peer: string;
    readonly copy: DialogCopy;
    /** Which party placed the call. */
    readonly role: "caller" | "callee";
    /** A Session-Expires header for re-INVITEs, if there is a session timer (RFC 4028, section 7.4). */
    readonly timer: HeaderFields;
    readonly report: LegReport;
    /** Reads who the peer says that it is now. */
    readonly party?: Pick<ConnectedParty, "read"> | undefined;
    /** How parties are asserted to the peer; left out for a peer that is not told. */
    readonly assert?: AssertParty | undefined;
    /** What the peer was told of its other party during the setup of the call. */
    readonly asserted?: HeaderFields | undefined;
    /** The leg of this dialog, for requests that name it. */
    readonly leg?: CallLeg;
    /** Left out for a peer that cannot transfer calls. */
    readonly rights?: TransferRights | undefined;
    /** How the peer is asked to carry out transfers; left out for a peer that is not asked. */
    readonly referTo?: WriteReferTo | undefined;
    /** The dialog is over for the call; the answer to a BYE may still be due. */
    readonly onEnded: () => void;
}

/** Whether the peer has acknowledged our last 2xx to INVITE, and whether its answer to our offer comes with that ACK. */
export type AckState = "received" | "awaited" | "awaitedWithSdp";
