import type { NgAddress } from "./NgSocket.ts";

/** How to use rtpengine. Plain data; times in ms. */
export interface RtpengineOptions {
    readonly engines: readonly NgAddress[];
    /** `leastLoaded` by the calls this bridge has there, `roundRobin` in turn. */
    readonly choice: "leastLoaded" | "roundRobin";
    /**
     * Prefix of the call-ids at rtpengine. Bridges that share an rtpengine must differ in it: each deletes the sessions with
     * its own prefix at startup. Word characters, `-`, `.`.
     */
    readonly callIdPrefix: string;
    /** How long one request to an engine may take, repetitions included. */
    readonly requestTimeoutMs: number;
    /** How often every engine is asked whether it is there. */
    readonly probeIntervalMs: number;
    readonly liveness: LivenessOptions;
    readonly codecs: CodecPolicy;
    /** A file on the machine of each rtpengine that is played to held parties; left out, there is no music. */
    readonly holdMusic?: string;
    /** Where the bridge receives reports of DTMF digits: the engines' `dtmf-log-dest`. Left out, it receives none. */
    readonly digitReports?: NgAddress;
    /** The engine's names of its networks, if it has one for SIP and one for WebRTC. */
    readonly interfaces?: { readonly sip: string; readonly webrtc: string };
}

export interface LivenessOptions {
    /** How often each call that is up is looked at. */
    readonly pollIntervalMs: number;
    /** A call that is not on hold, and in which both parties have been silent for so long, is over. */
    readonly silenceMs: number;
    /** The same for a browser alone: one that has lost its media for 35 s has ended the call itself (RFC 7675, and matrix-js-sdk). */
    readonly browserSilenceMs: number;
}

/** Names of audio codecs as SDP has them, `telephone-event` among them. */
export interface CodecPolicy {
    /** What a SIP party is offered of a browser's codecs, most wanted first. */
    readonly towardsSip: readonly string[];
    /** What a browser is offered of a SIP party's codecs; their order is the SIP party's. */
    readonly towardsWebRtc: readonly string[];
    /** What a browser is offered if the SIP party has none of these: the engine then transcodes. */
    readonly transcodeTowardsWebRtc: readonly string[];
    /** What rtpengine adds to the offer towards SIP by transcoding if the browser offers none of these. */
    readonly lastResortTowardsSip: readonly string[];
    /** What rtpengine adds to the offer towards a browser by transcoding if the SIP party offers none of these. */
    readonly lastResortTowardsWebRtc: readonly string[];
    /** Voice codecs that rtpengine can encode. It decodes more (AMR, iLBC), which does not help the party that has nothing else. */
    readonly encodable: readonly string[];
}

/** Suitable values for most installations. */
export const RTPENGINE_DEFAULTS: Omit<RtpengineOptions, "engines"> = {
    choice: "leastLoaded",
    callIdPrefix: "matrix-appservice-sip-",
    requestTimeoutMs: 2_000,
    probeIntervalMs: 2_000,
    liveness: { pollIntervalMs: 7_000, silenceMs: 60_000, browserSilenceMs: 40_000 },
    codecs: {
        // browsers have all of them, so that none costs more than another here; a PBX that has Opus and phones that have
        // not would transcode, which is why it is last
        towardsSip: ["G722", "PCMA", "PCMU", "opus", "telephone-event"],
        towardsWebRtc: ["opus", "G722", "PCMA", "PCMU", "telephone-event"],
        transcodeTowardsWebRtc: ["opus", "PCMA"],
        lastResortTowardsSip: ["PCMA", "PCMU"],
        lastResortTowardsWebRtc: ["opus"],
        encodable: ["opus", "G722", "PCMA", "PCMU", "GSM", "speex", "G723", "G729", "G729a"],
    },
};
