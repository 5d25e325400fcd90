import { numbers } from "../world/World.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import type { SippPhone } from "../world/SippPhone.ts";
import type { World } from "../world/World.ts";

export const tones = { phone: 620, client: 440 } as const;

/** What a party shows of the call. */
export type PartyState = "ringing" | "connected" | "ended";

const RING_TIMEOUT_MS = 20_000;
/** Longer than any cell lasts. */
const CELL_MS = 170_000;

/** One call between a phone and a Matrix client, seen from both ends. */
export class ChaosCall {
    readonly phone: SippPhone;
    readonly client: MatrixClientPage;
    readonly callId: string;
    readonly #direction: "in" | "out";
    #answer: "due" | "given" = "due";

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
    }

    /** By the phone's own messages: a final response, BYE or CANCEL ends it, an ACK after a 200 connects it. */
    phoneState(): PartyState {
        const lines = this.phone.trace.messages().map(({ startLine }) => startLine);
        if (lines.some((line) => /^(BYE|CANCEL) |^SIP\/2\.0 [3-6]\d\d (?!.*Pending)/.test(line))) return "ended";
        return lines.some((line) => line.startsWith("ACK ")) ? "connected" : "ringing";
    }

    async clientState(): Promise<PartyState> {
        const { state } = await this.client.call(this.callId);
        if (state === "ended") return "ended";
        return state === "connected" || state === "connecting" || state === "create_answer" ? "connected" : "ringing";
    }

    /** Whether each hears the other now; what they heard before does not count. */
    async bothHear(): Promise<boolean> {
        this.phone.tone.forget();
        try {
            await this.phone.tone.hears(tones.client, 1_500);
            await this.client.hears(this.callId, tones.phone, 1_500);
            return true;
        } catch {
            return false;
        }
    }
}
