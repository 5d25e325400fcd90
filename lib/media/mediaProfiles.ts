import type { MediaTransport } from "../call/vocabulary.ts";
import type { NgDictionary } from "./ngProtocol.ts";
import type { RtpengineOptions } from "./RtpengineOptions.ts";

/**
 * What rtpengine is to turn a description into, by whom it is for. The same for every version from 10.5 on: a bundle is one
 * media section to it, so what 14 brought for bundles is not needed, and the alias `WebRTC` of 12.5 says nothing
 * that is not said here. Keys it does not know it ignores.
 */

/** What rtpengine talks to: a party, or the bridge's own splitter on the loopback interface. */
export type EngineTransport = MediaTransport | "splitter";

/** Whom an exchange is between: `from` made the description, `towards` is to have it. */
export interface Passage {
    readonly from: EngineTransport;
    readonly towards: EngineTransport;
    /** The transport `towards` named itself, if it has spoken already: an answer has to keep to it. */
    readonly protocol?: string;
}

const PROTOCOL: Readonly<Record<EngineTransport, string>> = {
    webrtc: "UDP/TLS/RTP/SAVPF",
    // one port for RTP and RTCP, with feedback
    splitter: "RTP/AVPF",
    rtp: "RTP/AVP",
    srtp: "RTP/SAVP",
    // the engine knows of no half measures: what phones read is written in presentation.ts
    "srtp-optional": "RTP/SAVP",
};

/**
 * Keys keep the padding of their base64 (RFC 4568 6.1), without which baresip 1.0 reads another key. Suites that do not
 * encrypt are neither offered nor accepted, nor those without any use.
 */
const ACCEPTED_KEYS = [
    "pad",
    "no-NULL_HMAC_SHA1_80",
    "no-NULL_HMAC_SHA1_32",
    "no-F8_128_HMAC_SHA1_80",
    "no-F8_128_HMAC_SHA1_32",
];
/**
 * The bridge offers two suites: AES_256_CM_HMAC_SHA1_80 (RFC 6188), and AES_CM_128_HMAC_SHA1_80, which everybody has
 * (RFC 4568). An INVITE with all that rtpengine knows is longer than a datagram should be (RFC 3261 18.1.1).
 */
const OFFERED_KEYS = [
    ...ACCEPTED_KEYS,
    "no-AEAD_AES_256_GCM",
    "no-AEAD_AES_128_GCM",
    "no-AES_256_CM_HMAC_SHA1_32",
    "no-AES_192_CM_HMAC_SHA1_80",
    "no-AES_192_CM_HMAC_SHA1_32",
    "no-AES_CM_128_HMAC_SHA1_32",
];

/** For an ng `offer`. */
export function offerProfile(passage: Passage): NgDictionary {
    return {
        ...transport(passage, OFFERED_KEYS),
        ...(passage.towards === "webrtc"
            ? {
                  "rtcp-mux": ["offer", "require"],
                  flags: ["generate mid", "no rtcp attribute", "trust address", "strip extmap"],
              }
            : {
                  "rtcp-mux": [passage.towards === "splitter" ? "offer" : "demux"],
                  flags: ["trust address", "strip extmap"],
              }),
        // the browser is always the DTLS client, so that roles never change, which browsers refuse
        ...(passage.from === "webrtc" ? { "DTLS-reverse": "passive" } : {}),
        supports: ["load limit"],
    };
}

/** For an ng `answer`. */
export function answerProfile(passage: Passage): NgDictionary {
    return {
        ...transport(passage, ACCEPTED_KEYS),
        ...(passage.towards === "webrtc"
            ? {
                  "rtcp-mux": ["require"],
                  DTLS: "passive",
                  flags: ["generate mid", "no rtcp attribute", "trust address"],
              }
            : { "rtcp-mux": [passage.towards === "splitter" ? "require" : "demux"], flags: ["trust address"] }),
    };
}

/** The engine's names of its networks, if it has several. */
export type EngineNetworks = NonNullable<RtpengineOptions["interfaces"]>;

/** Which of the engine's networks faces whom: part of the first offer, which settles it. */
export function networksOf({ from, towards }: Passage, networks: EngineNetworks | undefined): NgDictionary {
    if (networks === undefined) return {};
    const facing = (side: EngineTransport): string => (side === "webrtc" ? networks.webrtc : networks.sip);
    return { direction: [facing(from), facing(towards)] };
}

/** The same passage for a session with video: phones ask for pictures by feedback, which rtpengine drops without AVPF. */
export function withFeedback(passage: Passage): Passage {
    const protocol = passage.protocol ?? PROTOCOL[passage.towards];
    return protocol.endsWith("F") ? passage : { ...passage, protocol: `${protocol}F` };
}

function transport({ towards, protocol }: Passage, keys: readonly string[]): NgDictionary {
    return {
        "transport protocol": protocol ?? PROTOCOL[towards],
        ICE: towards === "webrtc" ? "force" : "remove",
        replace: ["origin"],
        ...(towards === "srtp" || towards === "srtp-optional" ? { DTLS: "off", SDES: keys } : { SDES: ["off"] }),
    };
}
