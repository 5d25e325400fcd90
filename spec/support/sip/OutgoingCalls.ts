import { expect, vi } from "vitest";
import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { TargetLeg } from "../../../lib/ports/CallLeg.ts";
import { SipLegs } from "../../../lib/sip/SipLegs.ts";
import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import type { TrunkAvailability } from "../../../lib/sip/trunk/TrunkHealth.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { aTrunk } from "./aTrunk.ts";
import { Reported } from "./ScriptedIntake.ts";
import { PHONE_SDP, ScriptedPhone, sdpOf, type SipText } from "./ScriptedPhone.ts";
import { ALICE, type SipSide } from "./SipSide.ts";

export const OUR_SDP = sdpOf(50_000) as Sdp;
export const OTHER_SDP = sdpOf(50_002) as Sdp;

export interface Placed {
    readonly leg: TargetLeg;
    readonly reported: Reported;
}

export type Offered = Placed & { readonly invite: SipText };

export function trunkTo(target: ScriptedPhone, given: Partial<SipTrunk> = {}): SipTrunk {
    return aTrunk({ name: `to ${target.port}`, domain: `127.0.0.1:${target.port}`, ...given });
}

/** Calls to +44 20 7183 8750, placed on a SIP side and taken by a phone. */
export class OutgoingCalls {
    readonly phone: ScriptedPhone;
    /** Another phone, for the second trunk. */
    readonly other: ScriptedPhone;
    /** What calls go by; as given, every address of a trunk is as good as any. */
    availability: TrunkAvailability = { inOrder: (trunks) => trunks, responded: () => undefined };
    /** What the phone that places them said of its access network. */
    accessNetwork: string | undefined;
    /** Whether their callers may be connected with early media. */
    mayAnswerEarly: true | undefined;
    readonly #side: SipSide;

    private constructor(side: SipSide, phone: ScriptedPhone, other: ScriptedPhone) {
        this.#side = side;
        this.phone = phone;
        this.other = other;
    }

    static async on(side: SipSide): Promise<OutgoingCalls> {
        return new OutgoingCalls(side, await ScriptedPhone.on(side.port()), await ScriptedPhone.on(side.port()));
    }

    /** Nothing is left of any call, and no phone was called or hung up on without the spec having asked. */
    async close(): Promise<void> {
        await vi.waitFor(() => expect(this.#side.held).toEqual([0, 0]), 3_000);
        const unread = [...this.phone.unread, ...this.other.unread];
        expect(unread.filter((line) => /^(INVITE|CANCEL|BYE|ACK)/.test(line))).toEqual([]);
        this.phone.close();
        this.other.close();
    }

    /** A leg over these trunks, in this order. */
    dial(...trunks: SipTrunk[]): Placed {
        const legs = new SipLegs({
            stack: this.#side.link,
            calls: this.#side.calls,
            clock: systemClock,
            userAgent: "spec/1",
            random: () => 0.5,
            log: this.#side.log,
            trunks,
            availability: this.availability,
            mayDial: (_user, party) => party.kind === "number" && party.number.startsWith("+44"),
        });
        const [first = "", ...others] = trunks.map(({ name }) => name);
        const reported = new Reported();
        const leg = legs.dial(
            "call1" as CallId,
            {
                network: "sip",
                media: "rtp",
                callee: { kind: "number", number: "+442071838750" as PhoneNumber },
                caller: ALICE,
                callerName: "Alice",
                ...(this.mayAnswerEarly === true && { mayAnswerEarly: true }),
                ...(this.accessNetwork !== undefined && { accessNetwork: this.accessNetwork }),
                trunks: [first, ...others],
            },
            reported.report,
        );
        return { leg, reported };
    }

    /** A call that has reached the phone. */
    async offered(...trunks: SipTrunk[]): Promise<Offered> {
        const placed = this.dial(...(trunks.length === 0 ? [trunkTo(this.phone)] : trunks));
        await placed.leg.offer(OUR_SDP);
        return { ...placed, invite: await this.phone.next("INVITE") };
    }

    /** A call that is up. */
    async connected(...trunks: SipTrunk[]): Promise<Offered> {
        const placed = await this.offered(...trunks);
        this.phone.respond(placed.invite, 200, "OK", { body: PHONE_SDP });
        expect(await placed.reported.next()).toEqual({ kind: "answered", sdp: PHONE_SDP });
        await this.phone.next("ACK");
        return placed;
    }

    /** We hang up, and the phone takes it in. */
    async hangUp({ leg }: Placed, phone = this.phone): Promise<void> {
        await leg.end("hungUp");
        phone.respond(await phone.next("BYE"), 200, "OK");
    }

    /** The phone refuses, and takes in the ACK the server sends by itself. */
    async refuse(
        invite: SipText,
        status: number,
        phrase: string,
        headers: readonly string[] = [],
        phone = this.phone,
    ): Promise<void> {
        phone.respond(invite, status, phrase, { headers });
        await phone.next("ACK");
    }
}
