import type { Sdp } from "../call/vocabulary.ts";
import type { MediaKind } from "../ports/MediaProxy.ts";
import { splitValues } from "./sipHeaders.ts";

/** What the body of a message says about media. */
export type SessionDescription =
    | { readonly kind: "none" }
    | { readonly kind: "given"; readonly sdp: Sdp; readonly media: MediaKind }
    /** A session without audio we could carry: 488. */
    | { readonly kind: "noAudio" }
    /** Not SDP, or none that parses: 400. */
    | { readonly kind: "malformed" }
    /** A body we do not know: 415. */
    | { readonly kind: "foreign" };

/** Larger than any browser's offer with video and all its candidates. */
const MAX_SDP_LENGTH = 32_768;
const MAX_SDP_LINES = 1_000;

/** The session description in a body, on its own or as a part of a multipart one (RFC 5621). */
export function sessionDescriptionIn(contentType: string | undefined, body: string): SessionDescription {
    if (body.trim() === "") return { kind: "none" };
    const [type = "", ...params] = splitValues((contentType ?? "application/sdp").trim(), ";");
    if (type.toLowerCase() === "application/sdp") return describe(body);
    if (!type.toLowerCase().startsWith("multipart/")) return { kind: "foreign" };
    const boundary = params.map((param) => /^boundary\s*=\s*"?([^"]{1,70})"?$/i.exec(param)?.[1]).find(Boolean);
    const part = boundary === undefined ? undefined : sdpPart(body, boundary);
    return part === undefined ? { kind: "foreign" } : describe(part);
}

/**
 * Whether two descriptions say the same of the media. The origin line may differ: its version grows by one when a phone
 * repeats an unchanged offer to refresh the session, although RFC 4028 asks it not to.
 */
export function isSameSession(one: string, other: string): boolean {
    return withoutOrigin(one) === withoutOrigin(other);
}

/**
 * The offer of a call whose caller left it to us (an INVITE without SDP): what any phone can do. The address is one of
 * RFC 5737 that leads nowhere, until the ACK tells the real one: 0.0.0.0 would be a call on hold (RFC 3264, section 8.4).
 */
export const SYNTHETIC_OFFER: Sdp = [
    "v=0",
    "o=- 1 1 IN IP4 192.0.2.1",
    "s=-",
    "c=IN IP4 192.0.2.1",
    "t=0 0",
    "m=audio 9 RTP/AVP 9 8 0 101",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-15",
    "a=sendrecv",
    "",
].join("\r\n") as Sdp;

function describe(text: string): SessionDescription {
    if (text.length > MAX_SDP_LENGTH) return { kind: "malformed" };
    const lines = text.trim().split(/\r\n|\n|\r/);
    if (lines.length > MAX_SDP_LINES || !isWellFormed(lines)) return { kind: "malformed" };
    const audio = audioSection(lines);
    const media = audio === undefined ? undefined : mediaKindOf(audio, lines);
    return media === undefined
        ? { kind: "noAudio" }
        : { kind: "given", sdp: `${lines.join("\r\n")}\r\n` as Sdp, media };
}

/** RFC 8866, section 5: each line is a letter, `=` and a value; version, origin and at least one media line are there. */
function isWellFormed(lines: readonly string[]): boolean {
    return (
        lines[0] === "v=0" &&
        lines.every((line) => /^[a-z]=\S/.test(line) || /^[ais]= ?$/.test(line)) &&
        lines.some((line) => /^o=\S+ \S+ \S+ IN IP[46] \S+$/.test(line.trimEnd())) &&
        lines.filter((line) => line.startsWith("m=")).every((line) => MEDIA_LINE.test(line.trimEnd()))
    );
}

const MEDIA_LINE = /^m=\S+ \d{1,5}(?:\/\d+)? \S+(?: \S+)+$/;

/** The lines of the first audio stream that is not turned down by port 0. */
function audioSection(lines: readonly string[]): readonly string[] | undefined {
    const start = lines.findIndex((line) => /^m=audio [1-9]/.test(line));
    if (start < 0) return undefined;
    const length = lines.slice(start + 1).findIndex((line) => line.startsWith("m="));
    return lines.slice(start, length < 0 ? undefined : start + 1 + length);
}

function mediaKindOf(section: readonly string[], lines: readonly string[]): MediaKind | undefined {
    const profile = section[0]?.split(" ")[2];
    switch (profile) {
        case "RTP/AVP":
        case "RTP/AVPF":
            return "rtp";
        case "RTP/SAVP":
        case "RTP/SAVPF":
            // old WebRTC phones say RTP/SAVPF, but mean DTLS
            return has(section, lines, "a=fingerprint:") && has(section, lines, "a=ice-ufrag:") ? "webrtc" : "srtp";
        case "UDP/TLS/RTP/SAVP":
        case "UDP/TLS/RTP/SAVPF":
            return "webrtc";
        default:
            return undefined;
    }
}

function has(section: readonly string[], lines: readonly string[], prefix: string): boolean {
    const session = lines.slice(
        0,
        lines.findIndex((line) => line.startsWith("m=")),
    );
    return [...session, ...section].some((line) => line.startsWith(prefix));
}

/** The first part that is SDP. Headers of the parts are few and short, so they are read by line. */
function sdpPart(body: string, boundary: string): string | undefined {
    for (const part of body.split(`--${boundary}`).slice(1)) {
        const [, headers = "", content = ""] = /^[ \t]*\r?\n(?:([^]*?)\r?\n)?\r?\n([^]*)$/.exec(part) ?? [];
        if (/^content-type\s*:\s*application\/sdp\b/im.test(headers)) return content.trimEnd();
    }
    return undefined;
}

function withoutOrigin(sdp: string): string {
    return sdp
        .split(/\r?\n/)
        .filter((line) => !line.startsWith("o=") && line !== "")
        .join("\n");
}
