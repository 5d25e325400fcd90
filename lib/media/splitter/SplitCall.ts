import type { Side } from "../../call/vocabulary.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import { atPort, bundled, unbundled } from "../../sdp/bundle.ts";
import { payloadsOf } from "../../sdp/codecs.ts";
import { distinctNumbers, inverse, type PayloadNumbers, renumbered } from "../../sdp/payloadNumbers.ts";
import { isRejected } from "../../sdp/rejection.ts";
import type { Section, SessionDescription } from "../../sdp/sessionDescription.ts";
import { kindOf, type StreamKind } from "../../sdp/streams.ts";
import { hasPictureFeedback } from "../../sdp/videoCodecs.ts";
import type { EngineCall, EngineReport } from "../EngineCall.ts";
import { type Exchange, INJECTS_DIGITS } from "../exchanges.ts";
import type { MediaAddress } from "./MediaPort.ts";
import { StreamSplitter, type SplitterRecord } from "./StreamSplitter.ts";

export interface SplitCallParts {
    /** Which party is the browser. */
    readonly browserSide: Side;
    /** Has the browser on one side, and the bundle's port of the splitter on the other. */
    readonly browser: EngineCall;
    /** Has the phone on one side, and the splitter's ports of the streams on the other. */
    readonly phone: EngineCall;
    /** The browser asks for a whole picture, and the phone cannot be asked by RTCP. */
    readonly onPictureRequest: () => void;
}

/** A split call as plain data, for the call journal. */
export interface SplitRecord {
    readonly browserSide: Side;
    readonly numbers: readonly (readonly [number, number])[];
    readonly splitter: SplitterRecord;
}

/** Whether the phone's session exists at rtpengine, and the change that began it was agreed on. */
type Stage = "new" | "offered" | "agreed";

/**
 * A call with video between a browser, whose streams share one transport (max-bundle), and a phone, whose streams have one
 * each. rtpengine before 14 cannot connect them. So there are two calls at rtpengine, with a splitter between them: in the
 * browser's call the bundle is one section with the formats of all streams. The phone's call is an ordinary one, with
 * transcoding and SRTP.
 */
export class SplitCall {
    readonly #parts: SplitCallParts;
    #splitter: StreamSplitter | undefined;
    #stage: Stage = "new";
    /** Whether the phone can be asked for a whole picture by RTCP, as far as it has said so. */
    #phoneFeedback: "supported" | "missing" = "supported";
    /** Other payload types in the bundle for the phone's video. */
    #numbers: PayloadNumbers = new Map();
    /** The record of an earlier run of the bridge, until its splitter is open again. */
    #resumed: { readonly record: SplitRecord; readonly opened: Promise<void> } | undefined;

    constructor(parts: SplitCallParts) {
        this.#parts = parts;
    }

    /** Goes on with a call of an earlier run of the bridge. `onLost` is called if the splitter cannot be opened again. */
    static resume(parts: SplitCallParts, record: SplitRecord, onLost: () => void): SplitCall {
        const call = new SplitCall(parts);
        call.#stage = "agreed";
        call.#numbers = new Map(record.numbers);
        const opened = StreamSplitter.resume(record.splitter, () => call.#pictureRequested()).then(
            (splitter) => void (call.#splitter = splitter),
            onLost,
        );
        call.#resumed = { record, opened: opened.then(() => void (call.#resumed = undefined)) };
        return call;
    }

    /** Undefined while video is not agreed on: rtpengine may have either session then. */
    snapshot(): SplitRecord | undefined {
        if (this.#stage !== "agreed") return undefined;
        const { browserSide } = this.#parts;
        const splitter = this.#splitter?.snapshot();
        return splitter === undefined ? this.#resumed?.record : { browserSide, numbers: [...this.#numbers], splitter };
    }

    /** Whether both parties have agreed to video since the splitter is in use. */
    get isAgreed(): boolean {
        return this.#stage === "agreed";
    }

    /** The call at rtpengine in which audio is a stream of its own. */
    get audioCall(): EngineCall {
        return this.#parts.phone;
    }

    /** The call at rtpengine that this party is in. */
    callOf(side: Side): EngineCall {
        return side === this.#parts.browserSide ? this.#parts.browser : this.#parts.phone;
    }

    /** @param browserHas whether rtpengine knows both parties of the browser's call */
    async offer(exchange: Exchange, browserHas: "spoken" | "notSpoken"): Promise<SessionDescription> {
        const { browser, phone } = this.#parts;
        const toBrowser = (it: Exchange): Promise<SessionDescription> =>
            browserHas === "spoken" ? browser.offerAgain(it) : browser.offerFirst(it);
        const isNew = this.#stage === "new";
        const toPhone = (it: Exchange): Promise<SessionDescription> => {
            if (isNew) this.#stage = "offered";
            return isNew ? phone.offerFirst(it) : phone.offerAgain(it);
        };
        return exchange.by === this.#parts.browserSide
            ? await this.#fromBrowser(exchange, toBrowser, toPhone)
            : await this.#fromPhone(exchange, toPhone, toBrowser);
    }

    async answer(exchange: Exchange): Promise<SessionDescription> {
        const { browser, phone, browserSide } = this.#parts;
        const toBrowser = (it: Exchange): Promise<SessionDescription> => browser.answer(it);
        const toPhone = (it: Exchange): Promise<SessionDescription> => phone.answer(it);
        const said =
            exchange.by === browserSide
                ? await this.#fromBrowser(exchange, toBrowser, toPhone)
                : await this.#fromPhone(exchange, toPhone, toBrowser);
        this.#stage = "agreed";
        return said;
    }

    /** How many packets came in from each party so far. */
    async countPackets(): Promise<Readonly<Record<Side, number>>> {
        const [origin, target] = await Promise.all([
            this.callOf("origin").countPackets(),
            this.callOf("target").countPackets(),
        ]);
        return { origin: origin.origin, target: target.target };
    }

    /** Frees the splitter's ports and the phone's call at rtpengine. @throws CallFailure */
    async end(): Promise<void> {
        await this.#close();
        await this.#parts.phone.delete();
    }

    /** The same, and resolves to the statistics of the audio: the phone's call counts it apart from the video. @throws CallFailure */
    async endAndReport(): Promise<EngineReport> {
        await this.#close();
        return await this.#parts.phone.deleteAndReport();
    }

    /** Asks for a whole picture on behalf of a party: the browser by RTCP. The phone asks and is asked in another way. */
    requestPicture(side: Side): void {
        if (side !== this.#parts.browserSide) this.#splitter?.requestPicture();
    }

    #pictureRequested(): void {
        if (this.#phoneFeedback === "missing") this.#parts.onPictureRequest();
    }

    async #close(): Promise<void> {
        await this.#resumed?.opened;
        this.#splitter?.close();
    }

    /** The browser's bundle in; what the phone receives out. */
    async #fromBrowser(
        { by, description, passage, codec, flags = [] }: Exchange,
        toBrowser: (exchange: Exchange) => Promise<SessionDescription>,
        toPhone: (exchange: Exchange) => Promise<SessionDescription>,
    ): Promise<SessionDescription> {
        const carried = await toBrowser({
            by,
            description: bundled(description),
            passage: { from: passage.from, towards: "splitter" },
            codec: {},
            flags: withoutDigits(flags),
        });
        const splitter = await this.#open(carried);
        const [bundle] = await locate(this.#parts.browser, carried);
        if (bundle !== undefined) splitter.connectBundle(bundle);
        const streams = description.media.map((stream) => inStream(stream, this.#numbers));
        this.#route(splitter, streams);
        const media = streams.map((stream) => atPort(stream, splitter.address, splitter.portOf(streamKind(stream))));
        return await toPhone({
            by,
            description: { ...description, media },
            passage: { ...passage, from: "splitter" },
            codec,
            flags,
        });
    }

    /** The phone's streams in; what the browser receives out: streams that are bundled. */
    async #fromPhone(
        { by, description, passage, codec, flags = [] }: Exchange,
        toPhone: (exchange: Exchange) => Promise<SessionDescription>,
        toBrowser: (exchange: Exchange) => Promise<SessionDescription>,
    ): Promise<SessionDescription> {
        const pictures = description.media.find((stream) => streamKind(stream) === "video" && !isRejected(stream));
        if (pictures !== undefined) this.#phoneFeedback = hasPictureFeedback(pictures) ? "supported" : "missing";
        const said = await toPhone({
            by,
            description,
            passage: { from: passage.from, towards: "splitter" },
            codec,
            flags,
        });
        const splitter = await this.#open(said);
        const ports = await locate(this.#parts.phone, said);
        said.media.forEach((stream, index) => {
            const port = ports[index];
            if (port !== undefined && !isRejected(stream)) splitter.connectStream(streamKind(stream), port);
        });
        this.#chooseNumbers(said);
        this.#route(splitter, said.media);
        const streams = said.media.map((stream) => inBundle(stream, this.#numbers));
        const bundle = bundled({ ...description, media: streams });
        const carried = await toBrowser({
            by,
            description: {
                ...bundle,
                media: bundle.media.map((section) => atPort(section, splitter.address, splitter.bundlePort)),
            },
            passage: { ...passage, from: "splitter" },
            codec: {},
            flags: withoutDigits(flags),
        });
        const [carrier] = carried.media;
        return carrier === undefined ? carried : { ...carried, media: [...unbundled(carrier, streams)] };
    }

    /** rtpengine gives the codecs that it adds numbers which the phone's video may have. */
    #chooseNumbers({ media }: SessionDescription): void {
        const others = media.filter((stream) => streamKind(stream) !== "video");
        for (const video of media.filter((stream) => streamKind(stream) === "video" && !isRejected(stream)))
            this.#numbers = distinctNumbers(video, others, this.#numbers);
    }

    #route(splitter: StreamSplitter, streams: readonly Section[]): void {
        splitter.route(
            streams
                .filter((stream) => !isRejected(stream))
                .map((stream) => {
                    const kind = streamKind(stream);
                    const numberOf = (own: number): number =>
                        kind === "video" ? (this.#numbers.get(own) ?? own) : own;
                    return { kind, payloads: new Map(payloadsOf(stream).map((own) => [numberOf(own), own])) };
                }),
        );
    }

    /** Opens the splitter with the IP version that rtpengine uses towards it. */
    async #open(said: SessionDescription): Promise<StreamSplitter> {
        const connection = said.media[0]?.connection ?? said.connection;
        await this.#resumed?.opened;
        try {
            this.#splitter ??= await StreamSplitter.open(connection?.version === 6 ? 6 : 4, undefined, () =>
                this.#pictureRequested(),
            );
            return this.#splitter;
        } catch (error) {
            throw new CallFailure("serviceUnavailable", String(error), { cause: error });
        }
    }
}

/** Where rtpengine itself sends and receives the streams of a description that it made for the splitter. */
async function locate(call: EngineCall, said: SessionDescription): Promise<readonly MediaAddress[]> {
    const addresses = await call.localAddresses();
    return said.media.map(({ port, connection = said.connection }) => ({
        port,
        host: addresses.get(port) ?? connection?.ip ?? "127.0.0.1",
    }));
}

/** Only the phone's call sends digits of the bridge. */
function withoutDigits(flags: readonly string[]): readonly string[] {
    return flags.filter((flag) => flag !== INJECTS_DIGITS);
}

function streamKind(stream: Section): StreamKind {
    return kindOf(stream) ?? "audio";
}

/** A stream with the payload types that it has in the bundle. */
function inBundle(stream: Section, numbers: PayloadNumbers): Section {
    return streamKind(stream) === "video" ? renumbered(stream, numbers) : stream;
}

/** A stream with the payload types that it has on its own. */
function inStream(stream: Section, numbers: PayloadNumbers): Section {
    return streamKind(stream) === "video" ? renumbered(stream, inverse(numbers)) : stream;
}
