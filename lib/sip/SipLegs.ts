import { newCnonce } from "./digest/newCnonce.ts";
import type { CallId } from "../call/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { LegDialler, SipTarget } from "../ports/CallIntake.ts";
import type { Log } from "../ports/Log.ts";
import type { LegReport, TargetLeg } from "../ports/CallLeg.ts";
import { composeInvite } from "./uac/composeInvite.ts";
import type { SipEnvironment } from "./SipEnvironment.ts";
import type { SipTrunk } from "./SipTrunk.ts";
import { atEachAddress } from "./trunk/atEachAddress.ts";
import type { TrunkAvailability } from "./trunk/TrunkHealth.ts";
import { rightsOfPeer } from "./transfer/rightsOfPeer.ts";
import { UacLeg } from "./uac/UacLeg.ts";

export interface SipLegsParts extends SipEnvironment {
    readonly log: Log;
    readonly trunks: readonly SipTrunk[];
    readonly availability: TrunkAvailability;
    /** Whether a user may dial somebody (`DialPlan.whoMayDial`). */
    readonly mayDial: (user: MatrixUserId, party: RemoteParty) => boolean;
}

/** Places calls to the SIP side. */
export class SipLegs implements LegDialler<SipTarget> {
    readonly #parts: SipLegsParts;
    /** By name, at each address. */
    readonly #trunks: ReadonlyMap<string, readonly SipTrunk[]>;

    constructor(parts: SipLegsParts) {
        this.#parts = parts;
        this.#trunks = new Map(parts.trunks.map((trunk) => [trunk.name, atEachAddress(trunk)]));
    }

    dial(callId: CallId, target: SipTarget, report: LegReport): TargetLeg {
        return new UacLeg({
            ...this.#parts,
            log: this.#parts.log.child({ callId, leg: "sip" }),
            callId,
            accessNetwork: target.accessNetwork,
            mayAnswerEarly: target.mayAnswerEarly,
            compose: (hop, options) => composeInvite(hop, target, options),
            trunks: target.trunks.flatMap((name) => this.#trunks.get(name) ?? []),
            mayDial: (party) => this.#parts.mayDial(target.caller, party),
            rightsOf: (trunk) => rightsOfPeer(trunk),
            makeCnonce: newCnonce,
            report,
        });
    }
}
