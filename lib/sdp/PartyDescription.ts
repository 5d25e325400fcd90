import type { MediaTransport } from "../call/vocabulary.ts";
import { codecsOf, carriesMedia, payloadsIn } from "./codecs.ts";
import { withoutReceiving } from "./direction.ts";
import { bundleOf, layoutOf, type Layout } from "./layout.ts";
import { isRejected } from "./rejection.ts";
import {
    parseDescription,
    type Candidate,
    type Direction,
    type Section,
    type SessionDescription,
} from "./sessionDescription.ts";
import { counterpartOf, kindOf, type StreamKind, type Streams, type WithStreams } from "./streams.ts";
import { hasPictureFeedback, isPicture, withCommonVideoCodecs } from "./videoCodecs.ts";

/** What a party said of its media, reduced to the streams that are carried. */
export interface PartyDescription {
    readonly transport: MediaTransport;
    /** For the engine: the streams, each with everything that concerns it in its own section. */
    readonly description: SessionDescription;
    readonly streams: Streams;
    /** What an answer to this description must look like. */
    readonly layout: Layout;
    /** The payload types of all its streams. */
    readonly payloadsInUse: readonly number[];
    /** The mids whose candidates are candidates of the carried streams. */
    readonly mids: readonly string[];
}

/**
 * `unreadable` is no session description, `noAudio` has nothing that can be carried, `wrongTransport` does not protect
 * the media as it must.
 */
export type PartyReading =
    | { readonly kind: "usable"; readonly party: PartyDescription }
    | { readonly kind: "unreadable" | "noAudio" | "wrongTransport" };

/** Whether a party's video is carried, or its video streams are rejected. */
export type VideoPolicy = "carried" | "rejected";

/** How well each protects the media, where it may be no worse than promised. */
const PROTECTION: Readonly<Record<MediaTransport, number>> = { rtp: 0, "srtp-optional": 0, srtp: 1, webrtc: 2 };

/**
 * Reads a party's description. The first audio stream is carried that can be: one that is switched off, or whose transport
 * is unknown or not protected enough, gives way to a later one. `atLeast` is the weakest acceptable transport. If `video` is
 * carried, so is the first video stream that has the same transport and a common codec.
 */
export function readParty(sdp: string, atLeast: MediaTransport, video: VideoPolicy = "rejected"): PartyReading {
    const whole = parseDescription(sdp);
    if (whole === undefined) return { kind: "unreadable" };
    const carriable = placesOf("audio", whole);
    if (carriable.length === 0) return { kind: "noAudio" };
    for (const voice of carriable) {
        const party = partyIn(whole, voice, video);
        if (party !== undefined && isProtectedAs(party.transport, atLeast)) return { kind: "usable", party };
    }
    return { kind: "wrongTransport" };
}

/** Whether media over `transport` is protected at least as well as over `atLeast`. */
export function isProtectedAs(transport: MediaTransport, atLeast: MediaTransport): boolean {
    return PROTECTION[transport] >= PROTECTION[atLeast];
}

function partyIn(whole: SessionDescription, voicePlace: number, policy: VideoPolicy): PartyDescription | undefined {
    const voice = streamAt(whole, voicePlace);
    if (voice === undefined) return undefined;
    const { transport } = voice;
    const mids = midsOf(voice.original, whole);
    const isAlike = (place: number): boolean => {
        const video = streamAt(whole, place);
        if (video?.transport !== transport) return false;
        // all streams of a browser share one transport
        return transport !== "webrtc" || (video.original.mid !== undefined && mids.includes(video.original.mid));
    };
    const videoPlace = policy === "carried" ? placesOf("video", whole).find(isAlike) : undefined;
    const video = videoPlace === undefined ? undefined : streamAt(whole, videoPlace);
    const streams: Streams =
        video === undefined ? [voice.section] : [voice.section, forPictures(withCommonVideoCodecs(video.section))];
    return {
        transport,
        description: {
            version: 0,
            origin: whole.origin,
            name: "-",
            timing: { start: 0, stop: 0 },
            ...(whole.icelite === undefined ? {} : { icelite: whole.icelite }),
            media: [...streams],
        },
        streams,
        layout: layoutOf(whole, videoPlace === undefined ? [voicePlace] : [voicePlace, videoPlace]),
        payloadsInUse: payloadsIn(whole),
        mids,
    };
}

interface FoundStream {
    readonly original: Section;
    readonly section: Section;
    readonly transport: MediaTransport;
}

function streamAt(whole: SessionDescription, place: number): FoundStream | undefined {
    const original = whole.media[place];
    if (original === undefined) return undefined;
    const said = selfContained(original, whole);
    const transport = transportOf(said);
    if (transport === undefined) return undefined;
    // with keys, what a phone calls RTP/AVP is RTP/SAVP to rtpengine (RFC 8643)
    const section =
        transport === "srtp-optional" ? { ...said, protocol: said.protocol.replace("/AVP", "/SAVP") } : said;
    return { original, section, transport };
}

/** rtpengine passes feedback on only between parties with AVPF. Many phones have it and write AVP (RFC 4585, section 3.6.1). */
function forPictures(section: Section): Section {
    if (!hasPictureFeedback(section) || section.protocol.endsWith("F")) return section;
    return { ...section, protocol: `${section.protocol}F` };
}

/** The same party with other streams: what rtpengine receives. */
export function withStreams(party: PartyDescription, streams: Streams): PartyDescription {
    return { ...party, streams, description: { ...party.description, media: [...streams] } };
}

/** The same party without the streams that the other one does not have: they are rejected. */
export function withStreamsOf(other: WithStreams, party: PartyDescription): PartyDescription {
    const [voice, ...others] = party.streams;
    const isShared = (stream: Section): boolean => counterpartOf(other, stream) !== undefined;
    if (others.every(isShared)) return party;
    const [first = 0, ...places] = party.layout.carried;
    const carried = [first, ...places.filter((_, index) => others[index] !== undefined && isShared(others[index]))];
    return { ...withStreams(party, [voice, ...others.filter(isShared)]), layout: { ...party.layout, carried } };
}

/** The same party with another stream with voice. */
export function withVoice(party: PartyDescription, voice: Section): PartyDescription {
    const [, ...others] = party.streams;
    return withStreams(party, [voice, ...others]);
}

/** The same party with its voice in another direction. */
export function withDirection(party: PartyDescription, direction: Direction): PartyDescription {
    return withVoice(party, { ...party.streams[0], direction });
}

/** The same party as if it had known these candidates when it made the description. */
export function withMoreCandidates(party: PartyDescription, more: readonly Candidate[]): PartyDescription {
    const [voice] = party.streams;
    return withVoice(party, { ...voice, candidates: [...(voice.candidates ?? []), ...more] });
}

/** The places of the streams of a kind that have a codec which is carried. */
function placesOf(kind: StreamKind, { media }: SessionDescription): readonly number[] {
    const isUsable = kind === "audio" ? carriesMedia : isPicture;
    return media.flatMap((section, place) =>
        kindOf(section) === kind && !isRejected(section) && codecsOf(section).some(isUsable) ? [place] : [],
    );
}

/** A fingerprint that rtpengine can compare with a certificate (RFC 8122, section 5). */
const HASH = /^[0-9a-f]{2}(?::[0-9a-f]{2})*$/i;

function transportOf(section: Section): MediaTransport | undefined {
    if (/^(UDP\/TLS\/)?RTP\/SAVPF?$/.test(section.protocol)) {
        if (HASH.test(section.fingerprint?.hash ?? "") && section.iceUfrag !== undefined) return "webrtc";
        return section.crypto === undefined ? undefined : "srtp";
    }
    if (!/^RTP\/AVPF?$/.test(section.protocol)) return undefined;
    return section.crypto === undefined ? "rtp" : "srtp-optional";
}

/**
 * The section with what the session's head says for it too: rtpengine 10.5 looks for `a=ice-options` in the section only,
 * where Firefox does not put it.
 */
function selfContained(section: Section, whole: SessionDescription): Section {
    const { candidates, bundleOnly: _bundleOnly, ...rest } = section;
    const connection = section.connection ?? whole.connection;
    const direction = section.direction ?? whole.direction ?? "sendrecv";
    const usable = candidates?.filter(isReachable);
    return {
        ...pickDefined({
            connection,
            iceUfrag: whole.iceUfrag,
            icePwd: whole.icePwd,
            iceOptions: whole.iceOptions,
            fingerprint: whole.fingerprint,
            setup: whole.setup,
        }),
        ...rest,
        // a section that is bundle-only shares the port of another one (RFC 9143 section 6)
        port: section.port === 0 ? 9 : section.port,
        // trickle ICE writes 0.0.0.0 as well, and means nothing by it (RFC 8840 section 4.1.1)
        direction: connection?.ip === "0.0.0.0" && !hasIce(section, whole) ? withoutReceiving(direction) : direction,
        ...(usable === undefined ? {} : { candidates: usable }),
    };
}

/** rtpengine has no ICE over TCP, and an mDNS name can only be resolved in the browser's network. */
function isReachable(candidate: Candidate): boolean {
    return candidate.transport.toLowerCase() === "udp" && !candidate.ip.endsWith(".local");
}

function hasIce(section: Section, whole: SessionDescription): boolean {
    return section.iceUfrag !== undefined || whole.iceUfrag !== undefined;
}

function midsOf(section: Section, whole: SessionDescription): readonly string[] {
    if (section.mid === undefined) return [];
    return bundleOf(whole, section.mid) ?? [section.mid];
}

function pickDefined<T extends object>(fields: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
        [Key in keyof T]?: NonNullable<T[Key]>;
    };
}
