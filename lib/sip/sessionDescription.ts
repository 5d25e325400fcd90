import type { MediaTransport, Sdp } from "../call/vocabulary.ts";
import { readDescription } from "../sdp/readDescription.ts";
import { bodyPartsOf, type BodyPart } from "./bodyParts.ts";
import type { SipHeaders } from "./SipStack.ts";

/** A message, as far as its body matters. */
interface MessageContent {
    readonly headers: Pick<SipHeaders, "get">;
    readonly body: string;
}

/** What the body of a message says about media. */
export type SessionDescription =
    | { readonly kind: "none" }
    | { readonly kind: "given"; readonly sdp: Sdp; readonly media: MediaTransport }
    /** A session without an audio stream that the bridge can carry: 488. */
    | { readonly kind: "noAudio" }
    /** Not SDP, or none that parses: 400. */
    | { readonly kind: "malformed" }
    /** A body of an unknown type: 415. */
    | { readonly kind: "foreign" }
    /** A compressed body: 415 with the encodings that the bridge accepts (RFC 3261, section 8.2.3). */
    | { readonly kind: "encoded" };

/** Names the only encoding of session descriptions, in a 415. */
export const ACCEPTED_DESCRIPTIONS = { Accept: "application/sdp", "Accept-Encoding": "identity" } as const;

/**
 * The session description in a body, on its own or as a part of a multipart one (RFC 5621). Of several the last one that can
 * be used counts, as among alternatives (RFC 2046, section 5.1.4); those for early media alone do not count (RFC 3959).
 * A body that the bridge cannot use, and that its `Content-Disposition` makes optional, counts as none (RFC 3261, section
 * 20.11).
 */
export function sessionDescriptionIn({ headers, body }: MessageContent): SessionDescription {
    if (body.trim() === "") return { kind: "none" };
    const disposition = headers.get("content-disposition");
    if (isEncoded(headers.get("content-encoding"))) return { kind: isOptional(disposition) ? "none" : "encoded" };
    // of all others, a body of this type is the session
    const early = /^\s*early-session\s*(?:;|$)/i.test(disposition ?? "") ? disposition : undefined;
    const parts = bodyPartsOf(headers.get("content-type") ?? "application/sdp", early, body).filter(isSession);
    const readings = parts.map(({ content }) => readDescription(content)).reverse();
    const reading = readings.find(({ kind }) => kind === "usable") ?? readings[0];
    switch (reading?.kind) {
        case undefined:
            return { kind: isOptional(disposition) ? "none" : "foreign" };
        case "usable":
            return { kind: "given", sdp: reading.sdp, media: reading.transport };
        case "noAudio":
        case "malformed":
            return { kind: reading.kind };
    }
}

/** `identity` and nothing at all mean the same. */
function isEncoded(encodings = ""): boolean {
    return encodings.split(",").some((encoding) => !["", "identity"].includes(encoding.trim().toLowerCase()));
}

function isOptional(disposition = ""): boolean {
    return /;\s*handling\s*=\s*"?optional"?\s*(?:;|$)/i.test(disposition);
}

function isSession({ type, disposition }: BodyPart): boolean {
    return type === "application/sdp" && (disposition === undefined || disposition === "session");
}
