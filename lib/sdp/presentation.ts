import type { MediaTransport } from "../call/vocabulary.ts";
import { unbundled } from "./bundle.ts";
import { codecsOf, hasCodec, carriesMedia, withCodecs, withoutIdleEvents } from "./codecs.ts";
import { arrange, type Layout } from "./layout.ts";
import type { PartyDescription } from "./PartyDescription.ts";
import { isRejected } from "./rejection.ts";
import type { Unnumbered } from "./SentDescription.ts";
import type { Section, SessionDescription } from "./sessionDescription.ts";
import { counterpartOf, kindOf, type StreamKind, streamOf, type WithStreams } from "./streams.ts";

/** Of a party that has not spoken yet. */
const NEW_LAYOUT: Layout = { places: [], carried: [], bundles: true };

/**
 * The MediaStream and the tracks that this bridge's media is to be in. Constant over re-offers: a browser drops the track whose
 * msid changes. Matrix clients look for the first one in `sdp_stream_metadata`.
 */
const STREAM = "sipms";
const TRACKS: Readonly<Record<StreamKind, string>> = { audio: "sipaudio", video: "sipvideo" };

/** What the engine says, as this party is to hear it. */
export type Presentation =
    | ({ readonly kind: "presentable" } & Unnumbered)
    /** `lacking` names what the engine left out. */
    | { readonly kind: "unusable"; readonly lacking: readonly string[] };

/** The session of a party that has spoken. */
export interface EstablishedSession {
    /** What it said last; its offer, if it is answered. */
    readonly said: Pick<PartyDescription, "layout" | "streams">;
    /** What the description is: an answer adds no stream. */
    readonly role: "offer" | "answer";
    /** The streams that it was told before. */
    readonly before?: WithStreams | undefined;
}

/**
 * Rewrites rtpengine's description for a party that uses `kind`. It is composed of the attributes that this transport needs:
 * rtpengine forwards what it does not know, and a browser's attributes (ssrc, extmap, msid, …) would make a SIP message larger
 * than UDP carries. The description keeps the places of the session, and has no codec that the party lacks (RFC 3264,
 * section 6.1). A stream without a common codec is rejected; without voice there is no call.
 */
export function present(
    engineSaid: SessionDescription,
    kind: MediaTransport,
    session?: EstablishedSession,
): Presentation {
    const [first] = engineSaid.media;
    if (first === undefined) return { kind: "unusable", lacking: ["m="] };
    const voice = streamFor(first, kind, session);
    const lacking = voice === undefined ? ["port"] : missingFrom(voice, kind);
    if (voice === undefined || lacking.length > 0) return { kind: "unusable", lacking };
    const video = videoFor(engineSaid, kind, session) ?? keptVideo(voice, kind, session);
    const { media, carried } = arrange([voice, video], session?.said.layout ?? NEW_LAYOUT);
    const [carriedVoice = voice, ...carriedOthers] = carried;
    const bundles = kind === "webrtc" && (session === undefined || session.said.layout.bundles);
    const connection = first.connection ?? engineSaid.connection ?? { version: 4, ip: "0.0.0.0" };
    return {
        kind: "presentable",
        streams: [carriedVoice, ...carriedOthers],
        description: {
            version: 0,
            origin: { ...engineSaid.origin, username: "-", ipVer: connection.version, address: connection.ip },
            name: "-",
            connection,
            timing: { start: 0, stop: 0 },
            // rtpengine before 14 takes the group away, and Chromium with max-bundle insists on one
            ...(bundles ? { groups: [{ type: "BUNDLE", mids: carried.map(({ mid }) => mid ?? "").join(" ") }] } : {}),
            media: [...media],
        },
    };
}

/** A stream in the form for the party, with the codecs that it has too; undefined if the engine rejects it. */
function streamFor(
    stream: Section,
    kind: MediaTransport,
    session: EstablishedSession | undefined,
): Section | undefined {
    if (isRejected(stream)) return undefined;
    const own = session === undefined ? undefined : counterpartOf(session.said, stream);
    const common = own === undefined ? stream : withCodecs(stream, (codec) => hasCodec(own, codec));
    return kind === "webrtc" ? forBrowser(common) : forPhone(common, kind);
}

function videoFor(
    engineSaid: SessionDescription,
    kind: MediaTransport,
    session: EstablishedSession | undefined,
): Section | undefined {
    const said = engineSaid.media.find((stream) => kindOf(stream) === "video");
    if (said === undefined) return undefined;
    if (session?.role === "answer" && counterpartOf(session.said, said) === undefined) return undefined;
    const video = streamFor(said, kind, session);
    return video === undefined || missingFrom(video, kind).length > 0 ? undefined : video;
}

/**
 * A browser's video that the other party has turned off, as an inactive stream: a browser never uses a rejected one again.
 */
function keptVideo(voice: Section, kind: MediaTransport, session: EstablishedSession | undefined): Section | undefined {
    const before = session?.before === undefined ? undefined : streamOf(session.before, "video");
    const own = session === undefined ? undefined : streamOf(session.said, "video");
    if (kind !== "webrtc" || before === undefined || own === undefined) return undefined;
    const [kept] = unbundled(voice, [withCodecs(before, (codec) => hasCodec(own, codec))]);
    const hasCodecs = kept !== undefined && codecsOf(kept).some(carriesMedia);
    return hasCodecs ? { ...kept, msid: before.msid ?? [], direction: "inactive" } : undefined;
}

function forBrowser(said: Section): Section {
    const { setup, fingerprint, iceUfrag, icePwd, iceOptions, candidates, rtcpMux } = said;
    return {
        ...common(said),
        mid: said.mid ?? "0",
        msid: [{ id: STREAM, appdata: TRACKS[kindOf(said) ?? "audio"] }],
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
        // phones without feedback reject AVPF, and those with it accept AVP (RFC 4585, section 3.6.1, is stricter).
        // RFC 8643, section 3.1: the keys are in what reads like an offer of plain RTP
        protocol: (kind === "srtp-optional" ? said.protocol.replace("/SAVP", "/AVP") : said.protocol).replace(/F$/, ""),
        ...(said.rtcp === undefined ? {} : { rtcp: said.rtcp }),
        ...(kind !== "rtp" && said.crypto !== undefined ? { crypto: said.crypto } : {}),
    };
}

function common(said: Section): Section {
    const { type, port, protocol, payloads, rtp, fmtp, rtcpFb, bandwidth, ptime, maxptime, direction } = said;
    const isVideo = kindOf(said) === "video";
    return {
        type,
        port,
        protocol,
        payloads: payloads ?? "",
        rtp,
        fmtp,
        ...(ptime === undefined ? {} : { ptime }),
        ...(maxptime === undefined ? {} : { maxptime }),
        ...(isVideo && rtcpFb !== undefined ? { rtcpFb } : {}),
        ...(isVideo && bandwidth !== undefined ? { bandwidth } : {}),
        direction: direction ?? "sendrecv",
    };
}

function missingFrom(section: Section, kind: MediaTransport): readonly string[] {
    const needs: Readonly<Record<string, boolean>> = {
        port: section.port !== 0,
        codec: codecsOf(section).some(carriesMedia),
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
