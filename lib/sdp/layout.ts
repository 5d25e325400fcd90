import type { Section, SessionDescription } from "./sessionDescription.ts";

/** The places of an offer's sections: an answer must have the same ones in the same order (RFC 3264 section 6). */
export interface Layout {
    readonly places: readonly Place[];
    /** Which place the carried section has. */
    readonly carried: number;
    /** Whether the offer bundles the carried section: only then may the answer (RFC 9143 section 7.3). */
    readonly bundles: boolean;
}

interface Place {
    readonly type: string;
    readonly protocol: string;
    readonly payloads: string;
    readonly mid?: string;
}

export function layoutOf(offer: SessionDescription, carried: number): Layout {
    const mid = offer.media[carried]?.mid;
    return {
        places: offer.media.map(placeOf),
        carried,
        bundles: mid !== undefined && bundleOf(offer, mid) !== undefined,
    };
}

/** The sections of an answer: `section` in its place, every other one turned down. */
export function arrange(section: Section, layout: Layout): Section[] {
    return layout.places.map((place, index) => (index === layout.carried ? inPlace(section, place) : refused(place)));
}

/** A section whose port is 0 is turned down, or taken back, unless another one's transport serves it too. */
export function isRejected(section: Section): boolean {
    return section.port === 0 && section.bundleOnly === undefined;
}

/** The mids of the BUNDLE group that `mid` is in. */
export function bundleOf(description: SessionDescription, mid: string): readonly string[] | undefined {
    return description.groups
        ?.filter((group) => group.type === "BUNDLE")
        .map((group) => group.mids.split(" "))
        .find((mids) => mids.includes(mid));
}

function placeOf(section: Section): Place {
    const { type, protocol, payloads, mid } = section;
    return { type, protocol, payloads: payloads ?? "", ...(mid === undefined ? {} : { mid }) };
}

function inPlace(section: Section, place: Place): Section {
    return place.mid === undefined ? section : { ...section, mid: place.mid };
}

function refused(place: Place): Section {
    return {
        type: place.type,
        port: 0,
        protocol: place.protocol,
        // a stream has at least one format (RFC 8866, section 9), even if the offer had none
        payloads: place.payloads === "" ? "0" : (place.payloads.split(" ")[0] ?? "0"),
        rtp: [],
        fmtp: [],
        direction: "inactive",
        ...(place.mid === undefined ? {} : { mid: place.mid }),
    };
}
