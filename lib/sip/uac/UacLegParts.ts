import type { EarlyAnswerParts } from "./EarlyAnswer.ts";
import type { CallId } from "../../call/vocabulary.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { LegReport } from "../../ports/CallLeg.ts";
import type { Log } from "../../ports/Log.ts";
import type { AssertParty } from "../identity/assertedParty.ts";
import type { SipEnvironment } from "../SipEnvironment.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import type { WriteReferTo } from "../transfer/referTo.ts";
import type { TransferRights } from "../transfer/TransferRights.ts";
import type { TrunkFault } from "../trunk/trunkFault.ts";
import type { TrunkAvailability } from "../trunk/TrunkHealth.ts";
import type { ComposedInvite, InviteOptions } from "./composeInvite.ts";
import type { Hop } from "./inviteRoute.ts";

/** What a call that is placed by an INVITE needs. */
export interface UacLegParts extends SipEnvironment, Pick<EarlyAnswerParts, "mayAnswerEarly"> {
    readonly log: Log;
    readonly callId: CallId;
    /** As of the target. */
    readonly accessNetwork?: string | undefined;
    /** How the call is put for a hop of its route. */
    readonly compose: (hop: Hop, options: InviteOptions) => ComposedInvite;
    /** Each address of each trunk, as `atEachAddress` gives them, in the order of preference. */
    readonly trunks: readonly SipTrunk[];
    /** Which of them take calls at present; left out, all do. */
    readonly availability?: TrunkAvailability;
    readonly makeCnonce: () => string;
    /** Whom the caller may dial, for redirects to another number. */
    readonly mayDial: (party: RemoteParty) => boolean;
    /** What the callee may do with the call, by the trunk that it is on; undefined if it cannot transfer it. */
    readonly rightsOf?: (trunk: SipTrunk) => TransferRights | undefined;
    /** How the callee is shown its other party, by the trunk that it is on; undefined if it is not shown any. */
    readonly assertOn?: (trunk: SipTrunk) => AssertParty | undefined;
    /** How the callee is asked to carry out transfers, by the trunk that it is on; undefined if it is not asked. */
    readonly referToOn?: (trunk: SipTrunk) => WriteReferTo | undefined;
    /** Told what is wrong with who is called; left out, the log is, as of a trunk. */
    readonly onTrouble?: (trouble: TrunkFault) => void;
    readonly report: LegReport;
}
