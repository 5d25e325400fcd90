import { newCnonce } from "../digest/newCnonce.ts";
import type { CallId } from "../../call/vocabulary.ts";
import type { LegDialler } from "../../ports/CallIntake.ts";
import type { PhoneTarget } from "../../ports/CallTarget.ts";
import type { Log } from "../../ports/Log.ts";
import type { LegReport, TargetLeg } from "../../ports/CallLeg.ts";
import type { SipEnvironment } from "../SipEnvironment.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { assertToPhone } from "../identity/assertedParty.ts";
import { UacLeg } from "../uac/UacLeg.ts";
import { parseUri } from "../sipHeaders.ts";
import { composePhoneInvite } from "./composePhoneInvite.ts";
import type { Phones } from "./Phones.ts";

export interface PhoneLegsParts extends SipEnvironment {
    readonly log: Log;
    readonly realm: string;
    /** What the phones of an account may do with their calls. */
    readonly rightsOf?: Phones["rightsOf"];
    /** Called with a phone that could not be reached. */
    readonly onUnreached: (target: PhoneTarget) => void;
}

/** Calls phones that are registered with us. */
export class PhoneLegs implements LegDialler<PhoneTarget> {
    readonly #parts: PhoneLegsParts;

    constructor(parts: PhoneLegsParts) {
        this.#parts = parts;
    }

    dial(callId: CallId, target: PhoneTarget, report: LegReport): TargetLeg {
        const { realm, onUnreached } = this.#parts;
        const log = this.#parts.log.child({ callId, leg: "phone", account: target.account });
        return new UacLeg({
            ...this.#parts,
            log,
            callId,
            compose: (_hop, options) => composePhoneInvite(target, realm, options),
            trunks: [phoneAsTrunk(target)],
            makeCnonce: newCnonce,
            mayDial: () => false,
            rightsOf: () => this.#parts.rightsOf?.(target.account, { address: addressOf(target) }),
            assertOn: () => assertToPhone(realm),
            onTrouble: ({ why }) => {
                log.info("registered phone not reached", { why: why ?? "it asks for a password" });
                if (why !== undefined) onUnreached(target);
            },
            report,
        });
    }
}

/** The IP address at which a phone is called. */
function addressOf({ nextHop }: PhoneTarget): string | undefined {
    return parseUri(nextHop)?.host?.replace(/^\[(.*)\]$/, "$1");
}

/** What a phone has of a trunk: nothing but a name. Where it redirects to is its user's business, not ours. */
function phoneAsTrunk({ account: name, dtmf = "auto" }: PhoneTarget): SipTrunk {
    return {
        name,
        addresses: [],
        trusted: false,
        dtmf,
        maxCalls: Number.POSITIVE_INFINITY,
        scheme: "sip",
        domain: "",
        numberFormat: { style: "plus" },
        dialPrefix: "",
        numberUri: "sip-phone",
        callerId: { byUser: new Map() },
        fromUser: "caller",
        callerName: { style: "full", maxLength: 100 },
        identity: [],
        headers: {},
        followsRedirects: false,
    };
}
