import type { MediaKind } from "../ports/MediaProxy.ts";
import type { NgDictionary } from "./ngProtocol.ts";
import type { CodecPolicy } from "./RtpengineOptions.ts";
import { type Codec, codecsOf, hasCodec, hasName, isStatic, isVoice } from "./sdp/codecs.ts";
import type { Section } from "./sdp/sessionDescription.ts";

/**
 * The `codec` entry of an ng offer: what of `offered` goes on to the other party. Between two parties of one world
 * everything does.
 * @param sent what the other party sends whatever is offered, as it is not told of this offer; undefined if it is
 */
export function codecDictionary(
    from: MediaKind,
    towards: MediaKind,
    offered: Section,
    policy: CodecPolicy,
    sent?: Codec,
): NgDictionary {
    const codec = passedOn(from, towards, offered, policy);
    if (sent !== undefined && isStatic(sent) && !hasCodec(offered, sent)) {
        return { codec: { ...codec, transcode: [...new Set([...(codec.transcode ?? []), sent.name])] } };
    }
    return Object.keys(codec).length === 0 ? {} : { codec };
}

interface CodecEntry extends NgDictionary {
    readonly transcode?: readonly string[];
}

function passedOn(from: MediaKind, towards: MediaKind, offered: Section, policy: CodecPolicy): CodecEntry {
    if (from === "webrtc") {
        return towards === "webrtc" ? {} : { strip: ["all"], offer: policy.towardsSip };
    }
    if (towards !== "webrtc") return {};
    const voices = codecsOf(offered).filter(isVoice);
    if (voices.some((codec) => policy.towardsWebRtc.some((name) => hasName(codec, name)))) {
        return { strip: ["all"], except: policy.towardsWebRtc };
    }
    const mask = [...new Set(voices.map((codec) => codec.name))];
    return { mask, transcode: policy.transcodeTowardsWebRtc };
}
