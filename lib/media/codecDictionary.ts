import type { MediaTransport } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import { type Codec, codecsOf, hasCodec, hasName, isStatic, carriesMedia, voiceNames } from "../sdp/codecs.ts";
import type { Section } from "../sdp/sessionDescription.ts";
import type { NgDictionary } from "./ngProtocol.ts";
import type { CodecPolicy } from "./RtpengineOptions.ts";

/** What the codecs of an offer are chosen by. */
export interface CodecChoice {
    readonly from: MediaTransport;
    readonly towards: MediaTransport;
    /** The stream with voice. */
    readonly offered: Section;
    readonly hasVideo: boolean;
}

/** Kept in every offer with video: rtpengine applies the entry to all streams. */
const VIDEO_CODECS = ["VP8", "H264"];

/**
 * The `codec` entry of an ng offer: which codecs of `offered` the other party is offered, and which rtpengine adds as a last
 * resort. Codecs that both parties have pass untouched; rtpengine transcodes only if they share none.
 * @param sent the codec that the other party goes on sending, because it does not receive this offer; undefined if it does
 * @throws CallFailure `noCommonMedia` if neither the other party nor rtpengine can use any voice codec of `offered`
 */
export function codecDictionary(choice: CodecChoice, policy: CodecPolicy, sent?: Codec): NgDictionary {
    const { offered } = choice;
    const codec = choice.hasVideo ? withVideo(passedOn(choice, policy)) : passedOn(choice, policy);
    if (sent !== undefined && isStatic(sent) && !hasCodec(offered, sent)) {
        return { codec: { ...codec, transcode: [...new Set([...(codec.transcode ?? []), sent.name])] } };
    }
    return Object.keys(codec).length === 0 ? {} : { codec };
}

interface CodecEntry extends NgDictionary {
    readonly transcode?: readonly string[];
    readonly offer?: readonly string[];
    readonly except?: readonly string[];
}

function withVideo({ offer, except, ...entry }: CodecEntry): CodecEntry {
    return {
        ...entry,
        ...(offer === undefined ? {} : { offer: [...offer, ...VIDEO_CODECS] }),
        ...(except === undefined ? {} : { except: [...except, ...VIDEO_CODECS] }),
    };
}

function passedOn({ from, towards, offered }: CodecChoice, policy: CodecPolicy): CodecEntry {
    if (from === "webrtc") return towards === "webrtc" ? {} : towardsSip(offered, policy);
    return towards === "webrtc" ? towardsWebRtc(offered, policy) : {};
}

/** Every phone has G.711: it is transcoded for a client that has Opus alone. */
function towardsSip(offered: Section, policy: CodecPolicy): CodecEntry {
    const lacksResort = policy.lastResortTowardsSip.every((name) => !offers(offered, name));
    if (lacksResort) return { mask: ["all"], transcode: policy.towardsSip };
    return { strip: ["all"], offer: policy.towardsSip };
}

/** Every Matrix client has Opus: it is transcoded for a phone that has not. */
function towardsWebRtc(offered: Section, policy: CodecPolicy): CodecEntry {
    const lacksResort = policy.lastResortTowardsWebRtc.every((name) => !offers(offered, name));
    const resort = lacksResort ? { transcode: policy.lastResortTowardsWebRtc } : {};
    if (policy.towardsWebRtc.some((name) => offersVoice(offered, name))) {
        return { strip: ["all"], except: policy.towardsWebRtc, ...resort };
    }
    const voices = voiceNames(offered);
    if (!voices.some((voice) => policy.encodable.some((name) => name.toLowerCase() === voice.toLowerCase()))) {
        throw new CallFailure("noCommonMedia", `no codec can be used or transcoded: ${voices.join(", ")}`);
    }
    return { mask: voices, transcode: policy.transcodeTowardsWebRtc };
}

function offers(section: Section, name: string): boolean {
    return codecsOf(section).some((codec) => hasName(codec, name));
}

function offersVoice(section: Section, name: string): boolean {
    return codecsOf(section).some((codec) => carriesMedia(codec) && hasName(codec, name));
}
