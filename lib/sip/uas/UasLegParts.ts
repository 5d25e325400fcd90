import type { CallId } from "../../call/vocabulary.ts";
import type { LegReport } from "../../ports/CallLeg.ts";
import type { Log } from "../../ports/Log.ts";
import type { DigestCredentials } from "../digest/DigestClient.ts";
import type { AssertParty } from "../identity/assertedParty.ts";
import type { SipEnvironment } from "../SipEnvironment.ts";
import type { IncomingRequest } from "../SipStack.ts";
import type { DtmfSetting, SipPeer } from "../SipTrunk.ts";
import type { WriteReferTo } from "../transfer/referTo.ts";
import type { TransferRights } from "../transfer/TransferRights.ts";
import type { DecodedInvite } from "./decodeInvite.ts";

export interface UasLegParts extends SipEnvironment {
    readonly log: Log;
    readonly callId: CallId;
    readonly request: IncomingRequest;
    readonly invite: DecodedInvite;
    /** Name of the peer it came from. */
    readonly peer: string;
    /** How digits reach it and come from it. */
    readonly dtmf?: DtmfSetting | undefined;
    /** Whether its word about who calls counts. */
    readonly trust: Pick<SipPeer, "trusted" | "defaultCountry" | "shortCodes">;
    /** Credentials for requests to that peer, if it challenges them. */
    readonly credentials?: DigestCredentials | undefined;
    /** Left out for a peer that cannot transfer calls. */
    readonly rights?: TransferRights | undefined;
    /** How the peer is asked to carry out transfers; left out for one that is not asked. */
    readonly referTo?: WriteReferTo | undefined;
    /** How the peer is shown its other party; left out for one that is not shown any. */
    readonly assert?: AssertParty | undefined;
    readonly report: LegReport;
}
