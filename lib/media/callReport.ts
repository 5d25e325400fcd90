import { isDictionary } from "./ngProtocol.ts";

/** Packets that came in so far for each tag of a call, RTP and RTCP together, as a `query` reply has them. Never throws. */
export function packetsByTag(reply: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
    const tags = isDictionary(reply["tags"]) ? reply["tags"] : {};
    return new Map(Object.entries(tags).map(([tag, said]) => [tag, sum(streamsOf(said).map(packetsOf))]));
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
