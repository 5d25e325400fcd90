import type { MediaKind } from "../ports/MediaProxy.ts";
import type { NgDictionary } from "./ngProtocol.ts";
import type { CodecPolicy } from "./RtpengineOptions.ts";
import { codecsOf, hasName, isVoice } from "./sdp/codecs.ts";
import type { Section } from "./sdp/sessionDescription.ts";

/**
 * The `codec` entry of an ng offer: what of `offered` goes on to the other party. Between two parties of one world
 * everything does.
 */
export function codecDictionary(
    from: MediaKind,
    towards: MediaKind,
    offered: Section,
    policy: CodecPolicy,
): NgDictionary {
    if (from === "webrtc") {
        return towards === "webrtc" ? {} : { codec: { strip: ["all"], offer: policy.towardsSip } };
    }
    if (towards !== "webrtc") return {};
    const voices = codecsOf(offered).filter(isVoice);
    if (voices.some((codec) => policy.towardsWebRtc.some((name) => hasName(codec, name)))) {
        return { codec: { strip: ["all"], except: policy.towardsWebRtc } };
    }
    const mask = [...new Set(voices.map((codec) => codec.name))];
    return { codec: { mask, transcode: policy.transcodeTowardsWebRtc } };
}
