import { LRUCache } from "lru-cache";
import { parse, write, type MediaDescription, type SessionDescription } from "sdp-transform";
import type { Sdp } from "../call/vocabulary.ts";
import { type MediaLine, parseMediaLine, tidyLines } from "./tidyLines.ts";

/** The only import of sdp-transform. */
export type { SessionDescription };
export type Section = MediaDescription;
export type Direction = NonNullable<Section["direction"]>;
export type Candidate = NonNullable<Section["candidates"]>[number];

const MAX_SECTIONS = 32;

/** Used where the origin of a description cannot be parsed: nothing depends on it. */
const UNKNOWN_ORIGIN: SessionDescription["origin"] = {
    username: "-",
    sessionId: 1,
    sessionVersion: 1,
    netType: "IN",
    ipVer: 4,
    address: "0.0.0.0",
};

/** A text that is a session description, tidied: the only way from a foreign text to an `Sdp`. Undefined if it is none. Never throws. */
export function asSdp(text: string): Sdp | undefined {
    return read(text)?.tidy;
}

/** A description is read several times in a row: where it enters, by the media proxy, and for the other party. */
const lately = new LRUCache<string, { readonly result: ReadText | undefined }>({ max: 50 });

/** A text that is a session description. */
interface ReadText {
    readonly tidy: Sdp;
    readonly description: SessionDescription;
}

/**
 * The description, or undefined if the text is none that this bridge can use. The result is shared: do not change it. Never
 * throws.
 */
export function parseDescription(text: string): SessionDescription | undefined {
    return read(text)?.description;
}

function read(text: string): ReadText | undefined {
    const known = lately.get(text);
    if (known !== undefined) return known.result;
    const result = readNew(text);
    lately.set(text, { result });
    // from here on the description is read in its tidy form
    if (result !== undefined) lately.set(result.tidy, { result });
    return result;
}

function readNew(text: string): ReadText | undefined {
    const lines = tidyLines(text);
    if (lines === undefined) return undefined;
    const mediaLines = lines.filter((line) => line.startsWith("m=")).map(parseMediaLine);
    if (mediaLines.length > MAX_SECTIONS) return undefined;
    try {
        const tidy = `${lines.join("\r\n")}\r\n`;
        return { tidy: tidy as Sdp, description: completed(parse(tidy), mediaLines) };
    } catch {
        return undefined;
    }
}

export function writeDescription(description: SessionDescription): Sdp {
    return write(description) as Sdp;
}

/**
 * The parser leaves out what it cannot read, whatever its types say, and turns what looks like a number into one. Where
 * that matters, it is corrected here.
 */
function completed(parsed: SessionDescription, mediaLines: readonly MediaLine[]): SessionDescription {
    const { origin } = parsed as Partial<SessionDescription>;
    return {
        ...stringFields(parsed, ["iceUfrag", "icePwd", "iceOptions", "setup"]),
        origin: origin ?? UNKNOWN_ORIGIN,
        ...(parsed.groups === undefined
            ? {}
            : { groups: parsed.groups.map((group) => stringFields(group, ["type", "mids"])) }),
        media: parsed.media.map((section, index) => ({
            ...stringFields(section, ["mid", "iceUfrag", "icePwd", "iceOptions", "setup"]),
            ...mediaLines[index],
            ...(section.msid === undefined ? {} : { msid: section.msid.map((entry) => stringFields(entry, ["id"])) }),
            rtp: section.rtp.map((entry) => stringFields(entry, ["codec"])),
            ...(section.candidates === undefined
                ? {}
                : { candidates: section.candidates.map((entry) => stringFields(entry, ["transport", "ip"])) }),
        })),
    };
}

/** The fields with those of these names as texts. The same object if they are texts already. */
function stringFields<T extends object>(fields: T, names: readonly (keyof T)[]): T {
    const others = names.filter((name) => fields[name] !== undefined && typeof fields[name] !== "string");
    if (others.length === 0) return fields;
    return { ...fields, ...Object.fromEntries(others.map((name) => [name, String(fields[name])])) };
}
