import type { MediaTransport } from "../call/vocabulary.ts";
import { codecsOf, hasCodec, isVoice, withCodecs, withoutIdleEvents } from "./codecs.ts";
import { arrange } from "./layout.ts";
import type { PartyDescription } from "./PartyDescription.ts";
import type { Unnumbered } from "./SentDescription.ts";
import type { Section, SessionDescription } from "./sessionDescription.ts";

/**
 * The MediaStream and track this bridge's audio is to be in. Constant over re-offers: a browser drops the track whose
 * msid changes. Matrix clients look for the first one in `sdp_stream_metadata`.
 */
const STREAM = { id: "sipms", track: "sipaudio" } as const;

/** What the engine says, as this party is to hear it. */
export type Presentation =
    | ({ readonly kind: "presentable" } & Unnumbered)
    /** `lacking` names what the engine left out. */
    | { readonly kind: "unusable"; readonly lacking: readonly string[] };

/**
 * Rewrites rtpengine's description for a party that uses `kind`. It is composed of the attributes that this transport needs:
 * rtpengine forwards what it does not know, and a browser's attributes (ssrc, extmap, rtcp-fb, msid, …) would make a SIP
 * message larger than UDP carries. `offer` is the party's offer, if this answers one: an answer has the offer's streams, and
 * no codec that the offer lacks (RFC 3264, section 6.1).
 */
export function present(
    engineSaid: SessionDescription,
    kind: MediaTransport,
    offer?: Pick<PartyDescription, "layout" | "section">,
): Presentation {
    const answering = offer?.layout;
    const [whole] = engineSaid.media;
    if (whole === undefined) return { kind: "unusable", lacking: ["m="] };
    const said = offer === undefined ? whole : withCodecs(whole, (codec) => hasCodec(offer.section, codec));
    const section = kind === "webrtc" ? forBrowser(said) : forPhone(said, kind);
    const lacking = missingFrom(section, kind);
    if (lacking.length > 0) return { kind: "unusable", lacking };
    const media = answering === undefined ? [section] : arrange(section, answering);
    const carried = media[answering?.carried ?? 0] ?? section;
    const bundles = kind === "webrtc" && (answering === undefined || answering.bundles);
    const connection = said.connection ?? engineSaid.connection ?? { version: 4, ip: "0.0.0.0" };
    return {
        kind: "presentable",
        section: carried,
        description: {
            version: 0,
            origin: { ...engineSaid.origin, username: "-", ipVer: connection.version, address: connection.ip },
            name: "-",
            connection,
            timing: { start: 0, stop: 0 },
            // rtpengine before 14 takes the group away, and Chromium with max-bundle insists on one
            ...(bundles ? { groups: [{ type: "BUNDLE", mids: carried.mid ?? "" }] } : {}),
            media,
        },
    };
}

function forBrowser(said: Section): Section {
    const { setup, fingerprint, iceUfrag, icePwd, iceOptions, candidates, rtcpMux } = said;
    return {
        ...common(said),
        mid: said.mid ?? "0",
        msid: [{ id: STREAM.id, appdata: STREAM.track }],
        ...(rtcpMux === undefined ? {} : { rtcpMux }),
        ...(setup === undefined ? {} : { setup }),
        ...(fingerprint === undefined ? {} : { fingerprint }),
        ...(iceUfrag === undefined ? {} : { iceUfrag }),
        ...(icePwd === undefined ? {} : { icePwd }),
        ...(iceOptions === undefined ? {} : { iceOptions }),
        ...(candidates === undefined ? {} : { candidates }),
        endOfCandidates: "end-of-candidates",
    };
}

function forPhone(said: Section, kind: Exclude<MediaTransport, "webrtc">): Section {
    return {
        ...withoutIdleEvents(common(said)),
        // RFC 8643, section 3.1: the keys are in what reads like an offer of plain RTP
        ...(kind === "srtp-optional" && { protocol: said.protocol.replace("/SAVP", "/AVP") }),
        ...(said.rtcp === undefined ? {} : { rtcp: said.rtcp }),
        ...(kind !== "rtp" && said.crypto !== undefined ? { crypto: said.crypto } : {}),
    };
}

function common(said: Section): Section {
    const { type, port, protocol, payloads, rtp, fmtp, ptime, maxptime, direction } = said;
    return {
        type,
        port,
        protocol,
        payloads: payloads ?? "",
        rtp,
        fmtp,
        ...(ptime === undefined ? {} : { ptime }),
        ...(maxptime === undefined ? {} : { maxptime }),
        direction: direction ?? "sendrecv",
    };
}

function missingFrom(section: Section, kind: MediaTransport): readonly string[] {
    const needs: Readonly<Record<string, boolean>> = {
        port: section.port !== 0,
        codec: codecsOf(section).some(isVoice),
        ...(kind === "srtp" || kind === "srtp-optional" ? { crypto: section.crypto !== undefined } : {}),
        ...(kind === "webrtc"
            ? {
                  "rtcp-mux": section.rtcpMux !== undefined,
                  fingerprint: section.fingerprint !== undefined,
                  setup: section.setup !== undefined,
                  "ice-ufrag": section.iceUfrag !== undefined && section.icePwd !== undefined,
                  candidate: section.candidates !== undefined && section.candidates.length > 0,
              }
            : {}),
    };
    return Object.keys(needs).filter((need) => needs[need] === false);
}
