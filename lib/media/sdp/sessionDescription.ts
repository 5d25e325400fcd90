import { parse, write, type MediaDescription, type SessionDescription } from "sdp-transform";
import type { Sdp } from "../../call/vocabulary.ts";

/** The one door to sdp-transform. */
export type { SessionDescription };
export type Section = MediaDescription;
export type Direction = NonNullable<Section["direction"]>;
export type Candidate = NonNullable<Section["candidates"]>[number];

/** No honest description is longer; the engine's datagrams end at 64 KiB. */
const MAX_LENGTH = 32_768;
const MAX_SECTIONS = 32;

/** The description, or undefined if the text is none that this bridge can use. Never throws. */
export function parseDescription(sdp: string): SessionDescription | undefined {
    if (sdp.length > MAX_LENGTH || !/^v=0\r?\n/.test(sdp)) return undefined;
    const description = parseLeniently(sdp);
    if (description === undefined) return undefined;
    // the parser leaves out what it cannot read, whatever its types say
    const { origin, media } = description as Partial<SessionDescription>;
    if (origin === undefined || media === undefined || media.length === 0 || media.length > MAX_SECTIONS) {
        return undefined;
    }
    return description;
}

export function writeDescription(description: SessionDescription): Sdp {
    return write(description) as Sdp;
}

function parseLeniently(sdp: string): SessionDescription | undefined {
    try {
        return withStrings(parse(sdp));
    } catch {
        return undefined;
    }
}

/** The parser turns what reads like a number into one, against its types. Where that matters it is a string again. */
function withStrings(description: SessionDescription): SessionDescription {
    return {
        ...stringFields(description, ["iceUfrag", "icePwd", "iceOptions", "setup"]),
        ...(description.groups === undefined
            ? {}
            : { groups: description.groups.map((group) => stringFields(group, ["type", "mids"])) }),
        media: description.media.map((section) => ({
            ...stringFields(section, [
                "type",
                "protocol",
                "payloads",
                "mid",
                "iceUfrag",
                "icePwd",
                "iceOptions",
                "setup",
            ]),
            rtp: section.rtp.map((entry) => stringFields(entry, ["codec"])),
            ...(section.candidates === undefined
                ? {}
                : { candidates: section.candidates.map((entry) => stringFields(entry, ["transport", "ip"])) }),
        })),
    };
}

function stringFields<T extends object>(fields: T, names: readonly (keyof T)[]): T {
    const strings = names.filter((name) => fields[name] !== undefined).map((name) => [name, String(fields[name])]);
    return { ...fields, ...Object.fromEntries(strings) } as T;
}
