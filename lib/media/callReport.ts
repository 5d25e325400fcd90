import { isDictionary } from "./ngProtocol.ts";

/** Packets that came in so far for each tag of a call, RTP and RTCP together, as a `query` reply has them. Never throws. */
export function packetsByTag(reply: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
    const tags = isDictionary(reply["tags"]) ? reply["tags"] : {};
    return new Map(Object.entries(tags).map(([tag, said]) => [tag, sum(streamsOf(said).map(packetsOf))]));
}

/** The same without video, and without streams that carry RTCP alone. A browser sends both in one stream. */
export function audioPacketsByTag(reply: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
    const tags = isDictionary(reply["tags"]) ? reply["tags"] : {};
    const isVideo = (media: unknown): boolean => isDictionary(media) && media["type"] === "video";
    const carriesAudio = (stream: unknown): boolean => listIn(stream, "flags").includes("RTP");
    const audioOf = (tag: unknown): readonly unknown[] =>
        listIn(tag, "medias")
            .filter((media) => !isVideo(media))
            .flatMap((media) => listIn(media, "streams").filter(carriesAudio));
    return new Map(Object.entries(tags).map(([tag, said]) => [tag, sum(audioOf(said).map(packetsOf))]));
}

/** The local IP address of each port of a call, as a `query` reply has them. Never throws. */
export function localAddressesIn(reply: Readonly<Record<string, unknown>>): ReadonlyMap<number, string> {
    const tags = isDictionary(reply["tags"]) ? reply["tags"] : {};
    const addresses = Object.values(tags)
        .flatMap(streamsOf)
        .flatMap((stream): [number, string][] => {
            if (!isDictionary(stream)) return [];
            const { "local port": port, "local address": address } = stream;
            return typeof port === "number" && typeof address === "string" ? [[port, address]] : [];
        });
    return new Map(addresses);
}

/** How one party's audio arrived at the other one, as RTCP of both parties reports it. What is not known is absent. */
export interface StreamQuality {
    readonly lossPercent?: number;
    readonly jitterMs?: number;
    readonly mos?: number;
}

/**
 * The quality of each tag's stream, as the reply to `query` or `delete` has it. rtpengine knows it only if reports pass
 * both ways; otherwise the tag has none. Never throws.
 */
export function qualityByTag(reply: Readonly<Record<string, unknown>>): ReadonlyMap<string, StreamQuality> {
    const tags = isDictionary(reply["tags"]) ? reply["tags"] : {};
    const sources = isDictionary(reply["SSRC"]) ? reply["SSRC"] : {};
    const qualities = Object.entries(tags).flatMap(([tag, said]): [string, StreamQuality][] => {
        const averages = ssrcsOf(said).flatMap((ssrc) => averageOf(sources[ssrc]) ?? []);
        // the source that was reported on most: a player has one of its own
        const [most] = averages.sort((a, b) => b.samples - a.samples);
        return most === undefined ? [] : [[tag, most.quality]];
    });
    return new Map(qualities);
}

function averageOf(source: unknown): { readonly samples: number; readonly quality: StreamQuality } | undefined {
    const average = isDictionary(source) ? source["average MOS"] : undefined;
    if (!isDictionary(average)) return undefined;
    const mosTenths = numberIn(average, "MOS");
    const lossPercent = numberIn(average, "packet loss");
    const jitterMs = numberIn(average, "jitter");
    if (mosTenths === undefined || mosTenths === 0) return undefined;
    return {
        samples: numberIn(average, "samples") ?? 0,
        quality: {
            mos: mosTenths / 10,
            ...(lossPercent !== undefined && { lossPercent }),
            ...(jitterMs !== undefined && { jitterMs }),
        },
    };
}

function ssrcsOf(tag: unknown): readonly string[] {
    const ofTag = isDictionary(tag) ? [tag["SSRC"]] : [];
    const ofStreams = streamsOf(tag).map((stream) => (isDictionary(stream) ? stream["SSRC"] : undefined));
    const known = [...ofTag, ...ofStreams].filter((ssrc) => typeof ssrc === "number" || typeof ssrc === "string");
    return [...new Set(known.map(String))];
}

function numberIn(dictionary: Readonly<Record<string, unknown>>, key: string): number | undefined {
    const value = dictionary[key];
    return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function streamsOf(tag: unknown): readonly unknown[] {
    return listIn(tag, "medias").flatMap((media) => listIn(media, "streams"));
}

function packetsOf(stream: unknown): number {
    const stats = isDictionary(stream) ? stream["stats"] : undefined;
    const packets = isDictionary(stats) ? Number(stats["packets"]) : Number.NaN;
    return Number.isFinite(packets) ? packets : 0;
}

function listIn(value: unknown, key: string): readonly unknown[] {
    const list = isDictionary(value) ? value[key] : undefined;
    return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, number) => total + number, 0);
}
