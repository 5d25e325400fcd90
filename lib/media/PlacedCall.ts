import { otherSide, type Side } from "../call/vocabulary.ts";
import { bundled, unbundled } from "../sdp/bundle.ts";
import { isRejected } from "../sdp/rejection.ts";
import type { SessionDescription } from "../sdp/sessionDescription.ts";
import type { SignalledDigits } from "./digits/SignalledDigits.ts";
import { EngineCall, type EngineReport } from "./EngineCall.ts";
import type { Exchange } from "./exchanges.ts";
import type { EngineNetworks } from "./mediaProfiles.ts";
import type { Rtpengine } from "./Rtpengine.ts";
import { SplitCall, type SplitCallParts, type SplitRecord } from "./splitter/SplitCall.ts";

export interface PlacedCallParts {
    readonly engine: Rtpengine;
    /** The call-id at rtpengine. That of a second call begins with it. */
    readonly name: string;
    readonly networks: EngineNetworks | undefined;
    readonly digits: SignalledDigits;
    /** The party on this side asks for a whole picture, and the other one cannot be asked in the media. */
    readonly onPictureRequest: (side: Side) => void;
}

/**
 * A session's call on the rtpengine that it is placed on: one call there, or two with a splitter between them, from the first
 * exchange on in which a browser and a phone negotiate video. The methods are those of `EngineCall`, with all streams in each
 * description.
 */
export class PlacedCall {
    readonly engine: Rtpengine;
    readonly #parts: PlacedCallParts;
    readonly #call: EngineCall;
    #split: SplitCall | undefined;

    constructor(parts: PlacedCallParts) {
        this.engine = parts.engine;
        this.#parts = parts;
        this.#call = new EngineCall(parts.engine, parts.name, parts.networks);
    }

    /** The call at rtpengine that this party is in: what is played or blocked concerns that one. */
    callOf(side: Side): EngineCall {
        return this.#split?.callOf(side) ?? this.#call;
    }

    /** The calls with a splitter between them, for the call journal; undefined if there is one call. */
    splitRecord(): SplitRecord | undefined {
        return this.#split?.snapshot();
    }

    /** Goes on with two calls and a splitter of an earlier run of the bridge. `onLost` is called if that is not possible. */
    resumeSplit(record: SplitRecord, onLost: () => void): void {
        this.#split = SplitCall.resume(this.#splitParts(record.browserSide), record, onLost);
    }

    /** Whether video was offered for the first time in an exchange that is not completed. */
    get isSplitTentatively(): boolean {
        return this.#split !== undefined && !this.#split.isAgreed;
    }

    offerFirst(exchange: Exchange): Promise<SessionDescription> {
        return this.#offer(exchange, "notSpoken");
    }

    offerAgain(exchange: Exchange): Promise<SessionDescription> {
        return this.#offer(exchange, "spoken");
    }

    async answer(exchange: Exchange): Promise<SessionDescription> {
        const { digits } = this.#parts;
        const answer = digits.answer(exchange);
        const said =
            this.#split === undefined
                ? await this.#pass(answer, (it) => this.#call.answer(it))
                : await this.#split.answer(answer);
        await digits.answered(this.#audioCall);
        return said;
    }

    /** Goes back to one call, because the parties did not agree to video. Its media has to be negotiated again. */
    async withdrawSplit(): Promise<void> {
        const split = this.#split;
        this.#split = undefined;
        await split?.end();
    }

    /** From now on another call has this side. */
    link(side: Side): void {
        this.callOf(side).link(side);
    }

    /** As `EngineCall.pressKey`. The phone's call has the audio apart from the video. */
    async pressKey(side: Side, digit: string): Promise<void> {
        await this.#audioCall.pressKey(side, digit);
    }

    /** As `MediaSession.requestPicture`. */
    requestPicture(side: Side): Promise<void> {
        this.#split?.requestPicture(side);
        return Promise.resolve();
    }

    /** Receives rtpengine's report of a digit, of either call that this one can have there: both see it. */
    digitReported(name: string, side: Side, digit: string): void {
        if (name === this.#audioCall.name) this.#parts.digits.reported(side, digit);
    }

    async sendSoundTo(side: Side, isWanted: boolean): Promise<void> {
        await this.callOf(side).sendSoundTo(side, isWanted);
    }

    /** As `EngineCall.playTo`. */
    async playTo(side: Side, file: string): Promise<void> {
        await this.callOf(side).playTo(side, file);
    }

    async stopPlayingTo(side: Side): Promise<void> {
        await this.callOf(side).stopPlayingTo(side);
    }

    async countPackets(): Promise<Readonly<Record<Side, number>>> {
        return await (this.#split ?? this.#call).countPackets();
    }

    async delete(): Promise<void> {
        await Promise.all([this.#split?.end(), this.#call.delete()]);
    }

    /** Frees all ports, and resolves to the statistics of the audio. */
    async deleteAndReport(): Promise<EngineReport> {
        const split = this.#split;
        if (split === undefined) return await this.#call.deleteAndReport();
        const [report] = await Promise.all([split.endAndReport(), this.#call.delete()]);
        return report;
    }

    get #audioCall(): EngineCall {
        return this.#split?.audioCall ?? this.#call;
    }

    async #offer(exchange: Exchange, hasPeer: "spoken" | "notSpoken"): Promise<SessionDescription> {
        const { digits } = this.#parts;
        const offer = digits.offer(exchange);
        const split = this.#splitFor(offer);
        const said =
            split === undefined
                ? await this.#pass(offer, (it) =>
                      hasPeer === "spoken" ? this.#call.offerAgain(it) : this.#call.offerFirst(it),
                  )
                : await split.offer(offer, hasPeer);
        digits.offered(said);
        return said;
    }

    /** Streams that share a transport on both sides are one section to rtpengine. */
    async #pass(
        exchange: Exchange,
        ask: (exchange: Exchange) => Promise<SessionDescription>,
    ): Promise<SessionDescription> {
        const { description, passage } = exchange;
        const { media } = description;
        if (media.length < 2 || passage.from !== "webrtc" || passage.towards !== "webrtc") return await ask(exchange);
        const said = await ask({ ...exchange, description: bundled(description) });
        const [carrier] = said.media;
        return carrier === undefined ? said : { ...said, media: [...unbundled(carrier, media)] };
    }

    #splitFor({ by, passage, description }: Exchange): SplitCall | undefined {
        const isBetween = (passage.from === "webrtc") !== (passage.towards === "webrtc");
        if (!isBetween || description.media.filter((stream) => !isRejected(stream)).length < 2) return this.#split;
        const browserSide = passage.from === "webrtc" ? by : otherSide(by);
        this.#split ??= new SplitCall(this.#splitParts(browserSide));
        return this.#split;
    }

    #splitParts(browserSide: Side): SplitCallParts {
        const { engine, name, networks, onPictureRequest } = this.#parts;
        return {
            browserSide,
            browser: this.#call,
            phone: new EngineCall(engine, phonesCall(name), networks),
            onPictureRequest: () => onPictureRequest(browserSide),
        };
    }
}

/** The call-ids at rtpengine that a session can have. */
export function engineNames(name: string): readonly string[] {
    return [name, phonesCall(name)];
}

function phonesCall(name: string): string {
    return `${name}-phone`;
}
