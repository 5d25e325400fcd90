import { numbers } from "../world/World.ts";
import type { ClientCall } from "../browser/LabPage.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import type { SippPhone } from "../world/SippPhone.ts";
import type { World } from "../world/World.ts";

export const tones = { phone: 620, client: 440, target: 520 } as const;

/** What a party shows of the call. */
export type PartyState = "ringing" | "connected" | "ended";

const RING_TIMEOUT_MS = 20_000;
/** How long a party may take to hear a tone that is there. */
const HEAR_MS = 1_500;
/** Longer than any cell lasts. */
const CELL_MS = 170_000;

/** One call between a phone and a Matrix client, seen from both ends. */
export class ChaosCall {
    readonly phone: SippPhone;
    readonly client: MatrixClientPage;
    readonly callId: string;
    readonly #direction: "in" | "out";
    #answer: "due" | "given" = "due";
    #targetAnswer: "due" | "given" = "due";
    #hold: "held" | "resumed" = "held";
    #target: { readonly page: MatrixClientPage; readonly callId: string } | undefined;

    private constructor(direction: "in" | "out", phone: SippPhone, client: MatrixClientPage, callId: string) {
        this.#direction = direction;
        this.phone = phone;
        this.client = client;
        this.callId = callId;
        // the phone sends its tone from its answer on, whenever that comes
        const answered = direction === "in" ? phone.isAnswered(CELL_MS) : Promise.resolve();
        answered.catch(() => undefined);
    }

    /** The phone calls; resolves once the client and the phone ring. */
    static async ringingIn(world: World, client: MatrixClientPage): Promise<ChaosCall> {
        const phone = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
        const { callId } = await client.awaitRinging(RING_TIMEOUT_MS);
        await phone.isRinging();
        return new ChaosCall("in", phone, client, callId);
    }

    /** The client calls; resolves once the phone rings. */
    static async ringingOut(world: World, client: MatrixClientPage): Promise<ChaosCall> {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await client.dialNumber(numbers.phone);
        await phone.isCalled(RING_TIMEOUT_MS);
        return new ChaosCall("out", phone, client, callId);
    }

    /** The party that rings answers. Resolves once it has sent its answer; harmless if it has before. */
    async answer(): Promise<void> {
        if (this.#answer === "given") return;
        this.#answer = "given";
        await (this.#direction === "in" ? this.client.answer(this.callId) : this.phone.answer());
    }

    /** The phone holds: it still plays its tone. */
    async hold(): Promise<void> {
        await this.phone.reoffer("sendonly");
        await this.client.awaitHeldByOther(this.callId, true);
        await this.client.hears(this.callId, tones.phone);
    }

    /** The phone resumes, once; whether it succeeds is seen in what the parties hear. */
    resume(): void {
        if (this.#hold === "resumed") return;
        this.#hold = "resumed";
        this.phone.reoffer("sendrecv").catch(() => undefined);
    }

    /** The phone transfers the call to another user. Resolves once that one's client rings. */
    async transferTo(page: MatrixClientPage): Promise<void> {
        await this.phone.transfer(`sip:${numbers.bob}@127.0.0.1`);
        const { callId } = await page.awaitRinging(RING_TIMEOUT_MS);
        this.#target = { page, callId };
    }

    /** The target of the transfer answers, once. */
    async answerAsTarget(): Promise<void> {
        const target = this.#target;
        if (target === undefined || this.#targetAnswer === "given") return;
        this.#targetAnswer = "given";
        await target.page.answer(target.callId);
    }

    /** Undefined if the call is not transferred. */
    async targetState(): Promise<PartyState | undefined> {
        return this.#target && stateIn(await this.#target.page.call(this.#target.callId));
    }

    /** Whether the client and the target of the transfer hear each other now. */
    async isTransferred(): Promise<boolean> {
        const target = this.#target;
        if (target === undefined) return false;
        return await hearNow([
            () => this.client.hears(this.callId, tones.target, HEAR_MS),
            () => target.page.hears(target.callId, tones.client, HEAR_MS),
        ]);
    }

    /** Whether the client hears the phone now. */
    async clientHears(): Promise<boolean> {
        return await hearNow([() => this.client.hears(this.callId, tones.phone, HEAR_MS)]);
    }

    /** Resolves once both are connected and hear each other. */
    async connected(): Promise<void> {
        await this.client.awaitState(this.callId, "connected");
        await this.phone.tone.hears(tones.client);
        await this.client.hears(this.callId, tones.phone);
    }

    /** Ends a call that goes on, so that the next one can begin. Harmless if it is over. */
    async end(): Promise<void> {
        if (this.phoneState() === "connected") await this.phone.hangUp();
        const state = await this.clientState().catch(() => "ended");
        if (state !== "ended") await this.client.hangUp(this.callId).catch(() => undefined);
        const target = await this.targetState().catch(() => undefined);
        if (target !== undefined && target !== "ended")
            await this.#target?.page.hangUp(this.#target.callId).catch(() => undefined);
    }

    /** By the phone's own messages: BYE, CANCEL or a final response to its call end it, an ACK after a 200 connects it. */
    phoneState(): PartyState {
        const lines = this.phone.trace.messages().map(({ startLine }) => startLine);
        if (lines.some((line) => /^(BYE|CANCEL) /.test(line))) return "ended";
        const acknowledged = lines.findIndex((line) => line.startsWith("ACK "));
        // what is rejected later is a change of the session, or a transfer
        const rejected = lines.findIndex((line) => /^SIP\/2\.0 [3-6]\d\d /.test(line));
        if (rejected >= 0 && (acknowledged < 0 || rejected < acknowledged)) return "ended";
        return acknowledged < 0 ? "ringing" : "connected";
    }

    async clientState(): Promise<PartyState> {
        return stateIn(await this.client.call(this.callId));
    }

    /** Whether phone and client hear each other now; what they heard before does not count. */
    async bothHear(): Promise<boolean> {
        this.phone.tone.forget();
        return await hearNow([
            () => this.phone.tone.hears(tones.client, HEAR_MS),
            () => this.client.hears(this.callId, tones.phone, HEAR_MS),
        ]);
    }
}

function stateIn({ state }: Pick<ClientCall, "state">): PartyState {
    if (state === "ended") return "ended";
    return state === "connected" || state === "connecting" || state === "create_answer" ? "connected" : "ringing";
}

/** Whether everything is heard, one after the other. */
async function hearNow(hearings: readonly (() => Promise<number>)[]): Promise<boolean> {
    try {
        for (const hears of hearings) await hears();
        return true;
    } catch {
        return false;
    }
}
