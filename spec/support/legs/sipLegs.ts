import { expect, vi } from "vitest";
import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import { ORIGIN, targetLeg } from "../../../lib/call/vocabulary.ts";
import type { CallLeg, LegEvent, OriginLeg, TargetLeg } from "../../../lib/ports/CallLeg.ts";
import { OutgoingCalls, trunkTo } from "../sip/OutgoingCalls.ts";
import { PHONE_SDP, type PhoneCall, ScriptedPhone, type SipText } from "../sip/ScriptedPhone.ts";
import type { SipSide } from "../sip/SipSide.ts";
import { type NetworkTraits, type OriginWorld, type Party, stored, type TargetWorld, type Told } from "./LegWorld.ts";

export const SIP: NetworkTraits = {
    silentAbout: new Set(),
    disagreement: "possible",
    resumedBeforeAnswer: "ends",
};

/** A place for the side of the run at the moment: all worlds of a spec share one SIP server. */
export interface Runs {
    side: SipSide;
}

const FIRST_LINES: Readonly<Record<Exclude<Told, "end">, string>> = {
    offer: "INVITE",
    ringing: "SIP/2.0 180",
    answer: "SIP/2.0 200",
    newOffer: "INVITE",
    newAnswer: "SIP/2.0 200",
    rejection: "SIP/2.0 488",
    postponement: "SIP/2.0 491",
};

/** What both kinds of phones do within a dialog. */
abstract class PhoneParty implements Party {
    readonly phone: ScriptedPhone;
    protected state: "early" | "connected" = "early";
    #offer: SipText | undefined;
    #cseq = 1;

    constructor(phone: ScriptedPhone) {
        this.phone = phone;
        phone.answerAlways("OPTIONS", 200, "OK");
    }

    get unread(): readonly string[] {
        return this.phone.unread.filter((line) => !/^(ACK|SIP\/2\.0 (100|200|487)|OPTIONS)/.test(line));
    }

    async receives(told: Told): Promise<void> {
        if (told === "end") return this.receivesEnd();
        const message = await this.phone.next(FIRST_LINES[told]);
        await this.take(told, message);
    }

    rings(): Promise<void> {
        throw new Error("a caller does not ring");
    }

    answers(_sdp: Sdp): Promise<void> {
        throw new Error("a caller does not answer");
    }

    offers(sdp: Sdp): Promise<void> {
        this.request("INVITE", ++this.#cseq, sdp);
        return Promise.resolve();
    }

    agrees(sdp: Sdp): Promise<void> {
        if (this.#offer !== undefined) this.phone.respond(this.#offer, 200, "OK", { body: sdp });
        return Promise.resolve();
    }

    disagrees(): Promise<void> {
        if (this.#offer !== undefined) this.phone.respond(this.#offer, 488, "Not Acceptable Here");
        return Promise.resolve();
    }

    async ends(): Promise<void> {
        if (this.state === "early") return this.givesUp();
        this.request("BYE", ++this.#cseq);
        await this.phone.next("SIP/2.0 200");
    }

    protected take(told: Told, message: SipText): Promise<void> {
        if (told === "newOffer") this.#offer = message;
        if (told === "newAnswer") this.request("ACK", this.#cseq);
        return Promise.resolve();
    }

    protected async receivesEnd(): Promise<void> {
        this.phone.respond(await this.phone.next("BYE"), 200, "OK");
    }

    protected abstract request(method: string, cseq: number, body?: string): void;
    protected abstract givesUp(): Promise<void>;
}

class CallingPhone extends PhoneParty {
    readonly #call: PhoneCall;
    #ok: SipText | undefined;

    constructor(phone: ScriptedPhone) {
        super(phone);
        this.#call = phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
    }

    protected override async take(told: Told, message: SipText): Promise<void> {
        if (told !== "answer") return super.take(told, message);
        this.#ok = message;
        this.state = "connected";
        this.request("ACK", 1);
    }

    protected override async receivesEnd(): Promise<void> {
        if (this.state === "connected") return super.receivesEnd();
        this.phone.within(this.#call, "ACK", await this.phone.next("SIP/2.0 4"));
    }

    protected override async givesUp(): Promise<void> {
        this.phone.within(this.#call, "CANCEL");
        this.phone.within(this.#call, "ACK", await this.phone.next("SIP/2.0 487"));
    }

    protected override request(method: string, cseq: number, body = ""): void {
        if (this.#ok !== undefined) this.phone.inDialog(this.#call, this.#ok, method, cseq, { body });
    }
}

class CalledPhone extends PhoneParty {
    #invite: SipText | undefined;

    override rings(): Promise<void> {
        if (this.#invite !== undefined) this.phone.respond(this.#invite, 180, "Ringing");
        return Promise.resolve();
    }

    override async answers(sdp: Sdp): Promise<void> {
        if (this.#invite === undefined) return;
        this.state = "connected";
        this.phone.respond(this.#invite, 200, "OK", { body: sdp });
        await this.phone.next("ACK");
    }

    protected override take(told: Told, message: SipText): Promise<void> {
        if (told === "offer") this.#invite = message;
        return super.take(told, message);
    }

    protected override async receivesEnd(): Promise<void> {
        if (this.state === "connected" || this.#invite === undefined) return super.receivesEnd();
        this.phone.respond(await this.phone.next("CANCEL"), 200, "OK");
        this.phone.respond(this.#invite, 487, "Request Terminated");
        await this.phone.next("ACK");
    }

    protected override async givesUp(): Promise<void> {
        if (this.#invite !== undefined) this.phone.respond(this.#invite, 486, "Busy Here");
        await this.phone.next("ACK");
    }

    protected override request(method: string, cseq: number, body = ""): void {
        if (this.#invite !== undefined) this.phone.callBack(this.#invite, method, cseq, { body });
    }
}

/** Makes the leg of the run before again, and what it reports goes on to the same list. */
async function restarted(runs: Runs, leg: CallLeg, name: typeof ORIGIN, reported: LegEvent[]): Promise<CallLeg> {
    const record = stored(leg.snapshot());
    if (record.network !== "sip") throw new Error("not a record of a SIP leg");
    let resumed: CallLeg | undefined;
    runs.side = await runs.side.restarted((resumer) => {
        const report = (event: LegEvent): void => void reported.push(event);
        resumed = resumer.resume({ callId: "call1" as CallId, leg: name }, record, report);
    });
    if (resumed === undefined) throw new Error("the leg was not resumed");
    return resumed;
}

async function nothingIsLeft(runs: Runs, party: PhoneParty): Promise<void> {
    await vi.waitFor(() => expect(runs.side.held).toEqual([0, 0]), 3_000);
    party.phone.close();
}

/** A phone that has called. */
export async function sipOrigin(runs: Runs): Promise<OriginWorld> {
    const party = new CallingPhone(await ScriptedPhone.on(runs.side.port()));
    const { request, reported } = await runs.side.intake.next();
    let leg: OriginLeg = request.origin;
    return {
        party,
        reported: reported.facts,
        get leg() {
            return leg;
        },
        restart: async () => {
            leg = (await restarted(runs, leg, ORIGIN, reported.facts)) as OriginLeg;
        },
        stop: () => nothingIsLeft(runs, party),
    };
}

/** A phone that is to be called. */
export async function sipTarget(runs: Runs): Promise<TargetWorld> {
    const outgoing = await OutgoingCalls.on(runs.side);
    outgoing.other.close();
    const party = new CalledPhone(outgoing.phone);
    const { leg: dialled, reported } = outgoing.dial(trunkTo(outgoing.phone));
    let leg: TargetLeg = dialled;
    return {
        party,
        reported: reported.facts,
        get leg() {
            return leg;
        },
        restart: async () => {
            leg = (await restarted(runs, leg, targetLeg(1), reported.facts)) as TargetLeg;
        },
        stop: () => nothingIsLeft(runs, party),
    };
}
