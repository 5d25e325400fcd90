import type { StreamKind } from "../../sdp/streams.ts";
import { type MediaAddress, MediaPort } from "./MediaPort.ts";
import {
    asksForPicture,
    isMediaPacket,
    isRtcp,
    packetsIn,
    payloadTypeOf,
    pictureLossIndication,
    setPayloadType,
    sourceOf,
    subjectsOf,
} from "./rtpPacket.ts";

/** How the payload types of a bundle belong to its streams. */
export interface SplitterRoute {
    readonly kind: StreamKind;
    /** The stream's payload types, by those that it has in the bundle. */
    readonly payloads: ReadonlyMap<number, number>;
}

/** Each port of a splitter: the one for the bundle, and one for each stream. */
type PortName = "bundle" | StreamKind;

/** A splitter as plain data, from which the next run of the bridge opens it again on the same ports. */
export interface SplitterRecord {
    readonly family: 4 | 6;
    readonly ports: Readonly<Record<PortName, number>>;
    readonly peers: Readonly<Partial<Record<PortName, MediaAddress | undefined>>>;
    readonly routes: readonly {
        readonly kind: StreamKind;
        readonly payloads: readonly (readonly [number, number])[];
    }[];
}

const FREE_PORTS: Readonly<Record<PortName, number>> = { bundle: 0, audio: 0, video: 0 };

/** Sources are remembered for RTCP. A call has four; a party may change its own. */
const MAX_SOURCES = 32;

/** Payload type in the bundle, with the stream and its own number; an array, because each packet is looked up. */
type Routes = readonly ({ readonly kind: StreamKind; readonly payload: number } | undefined)[];

/**
 * Splits a bundle, the one port that has all streams of a browser, into a port for each stream, and merges these: RTP by payload
 * type, RTCP by the source that it is about. All ports are on the loopback interface and talk to rtpengine alone. A call with
 * video has one; packets are passed on as they are, and nothing is kept but the sources.
 */
export class StreamSplitter {
    readonly address: string;
    readonly #bundle: MediaPort;
    readonly #streams: Readonly<Record<StreamKind, MediaPort>>;
    readonly #sources = new Map<number, StreamKind>();
    readonly #onPictureRequest: () => void;
    /** The sources of the video last seen from either side. */
    #videoOf: { readonly bundle: number; readonly stream: number } = { bundle: 0, stream: 0 };
    #route: readonly SplitterRoute[] = [];
    #routes: Routes = [];
    #toBundle: Readonly<Record<StreamKind, ReadonlyMap<number, number>>> = { audio: new Map(), video: new Map() };

    private constructor(
        bundle: MediaPort,
        streams: Readonly<Record<StreamKind, MediaPort>>,
        onPictureRequest: () => void,
    ) {
        this.#onPictureRequest = onPictureRequest;
        this.address = bundle.address;
        this.#bundle = bundle;
        this.#streams = streams;
    }

    /**
     * Opens the ports: free ones, or those of an earlier splitter. `onPictureRequest` is called when a whole picture is asked for in the
     * bundle; the request is passed on as well. @throws Error if a port cannot be opened
     */
    static async open(
        family: 4 | 6,
        ports = FREE_PORTS,
        onPictureRequest = (): void => undefined,
    ): Promise<StreamSplitter> {
        let splitter: StreamSplitter | undefined = undefined;
        const use = (act: (opened: StreamSplitter) => void): void => {
            if (splitter !== undefined) act(splitter);
        };
        const opened = await Promise.allSettled([
            MediaPort.open(family, ports.bundle, (datagram) => use((it) => it.#split(datagram))),
            MediaPort.open(family, ports.audio, (datagram) => use((it) => it.#merge("audio", datagram))),
            MediaPort.open(family, ports.video, (datagram) => use((it) => it.#merge("video", datagram))),
        ]);
        const bound = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
        const [bundle, audio, video] = bound;
        if (bundle === undefined || audio === undefined || video === undefined) {
            for (const port of bound) port.close();
            throw new Error("no UDP port on the loopback interface for a call with video");
        }
        splitter = new StreamSplitter(bundle, { audio, video }, onPictureRequest);
        return splitter;
    }

    /** Opens the splitter of an earlier run of the bridge again. @throws Error if its ports are in use */
    static async resume(
        { family, ports, peers, routes }: SplitterRecord,
        onPictureRequest?: () => void,
    ): Promise<StreamSplitter> {
        const splitter = await StreamSplitter.open(family, ports, onPictureRequest);
        if (peers.bundle !== undefined) splitter.connectBundle(peers.bundle);
        for (const kind of ["audio", "video"] as const) {
            const peer = peers[kind];
            if (peer !== undefined) splitter.connectStream(kind, peer);
        }
        splitter.route(routes.map(({ kind, payloads }) => ({ kind, payloads: new Map(payloads) })));
        return splitter;
    }

    snapshot(): SplitterRecord {
        const { audio, video } = this.#streams;
        return {
            family: this.address.includes(":") ? 6 : 4,
            ports: { bundle: this.#bundle.port, audio: audio.port, video: video.port },
            peers: { bundle: this.#bundle.peer, audio: audio.peer, video: video.peer },
            routes: this.#route.map(({ kind, payloads }) => ({ kind, payloads: [...payloads] })),
        };
    }

    get bundlePort(): number {
        return this.#bundle.port;
    }

    portOf(kind: StreamKind): number {
        return this.#streams[kind].port;
    }

    connectBundle(peer: MediaAddress): void {
        this.#bundle.connect(peer);
    }

    connectStream(kind: StreamKind, peer: MediaAddress): void {
        this.#streams[kind].connect(peer);
    }

    /** Which payload types are whose, from now on. */
    route(routes: readonly SplitterRoute[]): void {
        this.#route = routes;
        const table: ({ kind: StreamKind; payload: number } | undefined)[] = Array.from({ length: 128 });
        for (const { kind, payloads } of routes)
            for (const [inBundle, payload] of payloads) table[inBundle] = { kind, payload };
        this.#routes = table;
        const reversed = (kind: StreamKind): ReadonlyMap<number, number> =>
            new Map(
                routes
                    .filter((route) => route.kind === kind)
                    .flatMap(({ payloads }) => [...payloads].map(([inBundle, payload]) => [payload, inBundle])),
            );
        this.#toBundle = { audio: reversed("audio"), video: reversed("video") };
    }

    /** Asks who sends the video of the bundle for a whole picture. Has no effect before there is video. */
    requestPicture(): void {
        const { bundle, stream } = this.#videoOf;
        if (bundle !== 0) this.#bundle.send(pictureLossIndication(stream, bundle));
    }

    /** Frees the ports. Safe to call twice. */
    close(): void {
        this.#bundle.close();
        this.#streams.audio.close();
        this.#streams.video.close();
    }

    #split(datagram: Buffer): void {
        if (!isMediaPacket(datagram)) return;
        if (isRtcp(datagram)) {
            this.#splitControl(datagram);
            return;
        }
        const route = this.#routes[payloadTypeOf(datagram)];
        if (route === undefined) return;
        const source = sourceOf(datagram);
        this.#learn(source, route.kind);
        if (route.kind === "video" && this.#videoOf.bundle !== source)
            this.#videoOf = { ...this.#videoOf, bundle: source };
        setPayloadType(datagram, route.payload);
        this.#streams[route.kind].send(datagram);
    }

    #merge(kind: StreamKind, datagram: Buffer): void {
        if (!isMediaPacket(datagram)) return;
        if (!isRtcp(datagram)) {
            const own = payloadTypeOf(datagram);
            const payload = this.#toBundle[kind].get(own) ?? own;
            // a number that is not agreed on must not pass for another stream's
            if (this.#routes[payload] !== undefined && this.#routes[payload].kind !== kind) return;
            const source = sourceOf(datagram);
            this.#learn(source, kind);
            if (kind === "video" && this.#videoOf.stream !== source)
                this.#videoOf = { ...this.#videoOf, stream: source };
            setPayloadType(datagram, payload);
        }
        this.#bundle.send(datagram);
    }

    /** A compound packet may have reports about several streams: each stream gets its own. */
    #splitControl(compound: Buffer): void {
        const parts: Record<StreamKind, Buffer[]> = { audio: [], video: [] };
        let last: ReadonlySet<StreamKind> = new Set();
        for (const packet of packetsIn(compound)) {
            if (asksForPicture(packet)) this.#onPictureRequest();
            const kinds = new Set(subjectsOf(packet).flatMap((source) => this.#sources.get(source) ?? []));
            // what names no source that is known, such as SDES, goes with the report before it
            if (kinds.size > 0) last = kinds;
            for (const kind of last) parts[kind].push(packet);
        }
        for (const kind of ["audio", "video"] as const)
            if (parts[kind].length > 0) this.#streams[kind].send(parts[kind]);
    }

    #learn(source: number, kind: StreamKind): void {
        if (this.#sources.get(source) === kind) return;
        this.#sources.delete(source);
        this.#sources.set(source, kind);
        if (this.#sources.size <= MAX_SOURCES) return;
        const [oldest] = this.#sources.keys();
        if (oldest !== undefined) this.#sources.delete(oldest);
    }
}
