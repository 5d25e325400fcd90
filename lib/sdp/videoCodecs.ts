import { type Codec, codecsOf, hasName, withCodecs } from "./codecs.ts";
import type { Section } from "./sessionDescription.ts";

/** Phones have one of a few H.264 profiles. A browser lists more, which would make an INVITE too large for UDP. */
const MAX_H264_VARIANTS = 2;

/** Feedback that asks for pictures or lost packets (RFC 4585, RFC 5104). Other types need RTP header extensions. */
const FEEDBACK: readonly string[] = ["nack", "nack pli", "ccm fir"];

/** Whether it is a video codec that is passed on. The bridge does not transcode video. */
export function isPicture(codec: Codec): boolean {
    return codec.rate === 90_000 && (hasName(codec, "VP8") || hasName(codec, "H264"));
}

/**
 * A video stream reduced to what SIP phones and browsers have in common: VP8, H.264 with packetization mode 1 (or 0, if there
 * is no other), and the feedback for them. Retransmission and error correction payloads are left out.
 */
export function withCommonVideoCodecs(section: Section): Section {
    const variants = h264VariantsOf(section).map(({ payload }) => payload);
    const kept = withCodecs(
        section,
        (codec) => isPicture(codec) && (!hasName(codec, "H264") || variants.includes(codec.payload)),
    );
    const { rtcpFb = [], ...rest } = kept;
    const feedback = rtcpFb.filter(({ type, subtype = "" }) => FEEDBACK.includes(`${type} ${subtype}`.trim()));
    return feedback.length === 0 ? rest : { ...rest, rtcpFb: feedback };
}

/** Whether the party asks for pictures by RTCP, and can be asked in this way: `a=rtcp-fb` with PLI or FIR. */
export function hasPictureFeedback({ rtcpFb = [] }: Section): boolean {
    return rtcpFb.some(({ subtype }) => subtype === "pli" || subtype === "fir");
}

function h264VariantsOf(section: Section): readonly Codec[] {
    const variants = codecsOf(section).filter((codec) => hasName(codec, "H264"));
    const parameter = ({ payload }: Codec, name: string): string | undefined => {
        const config = section.fmtp.find((entry) => entry.payload === payload)?.config ?? "";
        return new RegExp(`(?:^|[;\\s])${name}=([\\w]+)`, "i").exec(config)?.[1];
    };
    const interleaved = variants.filter((variant) => parameter(variant, "packetization-mode") === "1");
    const usable = interleaved.length > 0 ? interleaved : variants;
    // without a profile it is baseline (RFC 6184, section 8.1)
    const baseline = usable.filter((variant) => (parameter(variant, "profile-level-id") ?? "42").startsWith("42"));
    return (baseline.length > 0 ? baseline : usable).slice(0, MAX_H264_VARIANTS);
}
