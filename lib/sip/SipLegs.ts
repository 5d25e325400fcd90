import { newCnonce } from "./digest/newCnonce.ts";
import type { CallId, MediaTransport } from "../call/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { LegDialler } from "../ports/CallIntake.ts";
import type { SipTarget } from "../ports/CallTarget.ts";
import type { Log } from "../ports/Log.ts";
import type { LegReport, TargetLeg } from "../ports/CallLeg.ts";
import { composeInvite } from "./uac/composeInvite.ts";
import { assertToPeer } from "./identity/assertedParty.ts";
import type { SipEnvironment } from "./SipEnvironment.ts";
import type { SipTrunk } from "./SipTrunk.ts";
import { atEachAddress } from "./trunk/atEachAddress.ts";
import type { TrunkAvailability } from "./trunk/TrunkHealth.ts";
import { referToOn } from "./transfer/referTo.ts";
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

    /** Trunks in a row with the same media share an offer. Each of the others is asked with the media that it demands. */
    alternatives(target: SipTarget): readonly [SipTarget, ...SipTarget[]] {
        const { video: _video, ...rest } = target;
        const [first = target, ...others] = this.#groupsOf(target).map(([trunk, ...more]): SipTarget => {
            const trunks = [trunk.name, ...more.map(({ name }) => name)] as const;
            const hasVideo = [trunk, ...more].every(({ video }) => video === "permitted");
            return { ...rest, media: mediaOf(trunk), trunks, ...(hasVideo && { video: "permitted" }) };
        });
        return [first, ...others];
    }

    /** The trunks of a call in rows with the same media. Those that are down come last. */
    #groupsOf({ trunks: names }: SipTarget): readonly (readonly [SipTrunk, ...SipTrunk[]])[] {
        const addresses = names.flatMap((name) => this.#trunks.get(name) ?? []);
        const ordered = this.#parts.availability.inOrder(addresses);
        const trunks = ordered.filter(({ name }, at) => ordered.findIndex((other) => other.name === name) === at);
        const groups: [SipTrunk, ...SipTrunk[]][] = [];
        for (const trunk of trunks) {
            const last = groups.at(-1);
            if (last !== undefined && mediaOf(last[0]) === mediaOf(trunk)) last.push(trunk);
            else groups.push([trunk]);
        }
        return groups;
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
            assertOn: assertToPeer,
            referToOn: (trunk) => referToOn(trunk, this.#parts.calls),
            makeCnonce: newCnonce,
            report,
        });
    }
}

function mediaOf({ media = "rtp" }: SipTrunk): MediaTransport {
    return media;
}
