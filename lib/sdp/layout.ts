import type { Section, SessionDescription } from "./sessionDescription.ts";
import { isRejected, rejected } from "./rejection.ts";

/** The places of a party's sections. An answer, and each later offer, has the same ones in the same order (RFC 3264, section 8). */
export interface Layout {
    readonly places: readonly Place[];
    /** The place of each stream that is carried, in the order of the streams. */
    readonly carried: readonly number[];
    /** Whether the party bundles its streams: only then can the answer (RFC 9143, section 7.3). */
    readonly bundles: boolean;
}

interface Place {
    readonly type: string;
    readonly protocol: string;
    readonly payloads: string;
    readonly mid?: string;
}

export function layoutOf(whole: SessionDescription, carried: readonly number[]): Layout {
    const mid = whole.media[carried[0] ?? 0]?.mid;
    return {
        places: whole.media.map(placeOf),
        carried,
        bundles: mid !== undefined && bundleOf(whole, mid) !== undefined,
    };
}

/**
 * The sections of a description for a party with this layout: each stream in its place, every other place rejected. A stream
 * that the party has not had yet takes a rejected place of its kind, or one behind all others. `streams`: in the order of
 * `layout.carried`; undefined if it is rejected.
 */
export function arrange(
    streams: readonly (Section | undefined)[],
    layout: Layout,
): { readonly media: readonly Section[]; readonly carried: readonly Section[] } {
    const media = layout.places.map(rejected);
    const carried: Section[] = [];
    streams.forEach((stream, index) => {
        if (stream === undefined) return;
        const known = layout.carried[index];
        const at = known ?? freePlace(stream, media, layout);
        const place = known === undefined ? undefined : layout.places[known];
        const section = place === undefined ? withNewMid(stream, media) : inPlace(stream, place);
        media[at] = section;
        carried.push(section);
    });
    return { media, carried };
}

/** The mids of the BUNDLE group that `mid` is in. */
export function bundleOf(description: SessionDescription, mid: string): readonly string[] | undefined {
    return description.groups
        ?.filter((group) => group.type === "BUNDLE")
        .map((group) => group.mids.split(" "))
        .find((mids) => mids.includes(mid));
}

/** The section with a mid that no other section has, if it has one: a mid is not used twice (RFC 8829, section 5.2.2). */
function withNewMid(section: Section, others: readonly Section[]): Section {
    const { mid } = section;
    const used = new Set(others.map((other) => other.mid));
    if (mid === undefined || !used.has(mid)) return section;
    const free = Array.from({ length: used.size + 1 }, (_, number) => `${section.type}${number}`);
    return { ...section, mid: free.find((candidate) => !used.has(candidate)) ?? mid };
}

function freePlace({ type }: Section, media: readonly Section[], { carried }: Layout): number {
    const free = media.findIndex(
        (other, index) => other.type === type && isRejected(other) && !carried.includes(index),
    );
    return free === -1 ? media.length : free;
}

function placeOf(section: Section): Place {
    const { type, protocol, payloads, mid } = section;
    return { type, protocol, payloads: payloads ?? "", ...(mid === undefined ? {} : { mid }) };
}

/** In the party's own terms: its mid, and the profile that it named. */
function inPlace(section: Section, { mid, protocol }: Place): Section {
    return { ...section, protocol, ...(mid === undefined ? {} : { mid }) };
}
