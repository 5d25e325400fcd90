import type { MediaTransport } from "../call/vocabulary.ts";
import { codecsOf, isVoice, payloadsIn } from "./codecs.ts";
import { withoutReceiving } from "./direction.ts";
import { bundleOf, isRejected, layoutOf, type Layout } from "./layout.ts";
import { parseDescription, type Candidate, type Section, type SessionDescription } from "./sessionDescription.ts";

/** What a party said of its media, reduced to the one section that is carried. */
export interface PartyDescription {
    readonly transport: MediaTransport;
    /** For the engine: one section, which holds everything that concerns it. */
    readonly description: SessionDescription;
    readonly section: Section;
    /** What an answer to this description must look like. */
    readonly layout: Layout;
    /** The payload types of all its streams. */
    readonly payloadsInUse: readonly number[];
    /** The mids whose candidates are candidates of the carried section. */
    readonly mids: readonly string[];
}

/**
 * `unreadable` is no session description, `noAudio` has nothing that can be carried, `wrongTransport` does not protect
 * the media as it must.
 */
export type PartyReading =
    | { readonly kind: "usable"; readonly party: PartyDescription }
    | { readonly kind: "unreadable" | "noAudio" | "wrongTransport" };

/** Which media are carried. One section of it: the first. */
const CARRIED_TYPE = "audio";

/** How well each protects the media, where it may be no worse than promised. */
const PROTECTION: Readonly<Record<MediaTransport, number>> = { rtp: 0, "srtp-optional": 0, srtp: 1, webrtc: 2 };

/**
 * Reads a party's description. The first audio stream is carried that can be: one that is switched off, or whose transport
 * is unknown or not protected enough, gives way to a later one. `atLeast` is the weakest acceptable transport.
 */
export function readParty(sdp: string, atLeast: MediaTransport): PartyReading {
    const whole = parseDescription(sdp);
    if (whole === undefined) return { kind: "unreadable" };
    const carriable = whole.media.flatMap((section, index) => (isCarriable(section) ? [index] : []));
    if (carriable.length === 0) return { kind: "noAudio" };
    for (const index of carriable) {
        const party = partyIn(whole, index);
        if (party !== undefined && isProtectedAs(party.transport, atLeast)) return { kind: "usable", party };
    }
    return { kind: "wrongTransport" };
}

/** Whether media over `transport` is protected at least as well as over `atLeast`. */
export function isProtectedAs(transport: MediaTransport, atLeast: MediaTransport): boolean {
    return PROTECTION[transport] >= PROTECTION[atLeast];
}

function partyIn(whole: SessionDescription, index: number): PartyDescription | undefined {
    const original = whole.media[index];
    if (original === undefined) return undefined;
    const said = selfContained(original, whole);
    const transport = transportOf(said);
    if (transport === undefined) return undefined;
    // with keys, what a phone calls RTP/AVP is RTP/SAVP to rtpengine (RFC 8643)
    const section =
        transport === "srtp-optional" ? { ...said, protocol: said.protocol.replace("/AVP", "/SAVP") } : said;
    return {
        transport,
        description: {
            version: 0,
            origin: whole.origin,
            name: "-",
            timing: { start: 0, stop: 0 },
            ...(whole.icelite === undefined ? {} : { icelite: whole.icelite }),
            media: [section],
        },
        section,
        layout: layoutOf(whole, index),
        payloadsInUse: payloadsIn(whole),
        mids: midsOf(original, whole),
    };
}

/** The same party with another section in place of the carried one: what rtpengine receives. */
export function withSection(party: PartyDescription, section: Section): PartyDescription {
    return { ...party, section, description: { ...party.description, media: [section] } };
}

/** The same party as if it had known these candidates when it made the description. */
export function withMoreCandidates(party: PartyDescription, more: readonly Candidate[]): PartyDescription {
    return withSection(party, { ...party.section, candidates: [...(party.section.candidates ?? []), ...more] });
}

function isCarriable(section: Section): boolean {
    return section.type === CARRIED_TYPE && !isRejected(section) && codecsOf(section).some(isVoice);
}

function transportOf(section: Section): MediaTransport | undefined {
    if (/^(UDP\/TLS\/)?RTP\/SAVPF?$/.test(section.protocol)) {
        if (section.fingerprint !== undefined && section.iceUfrag !== undefined) return "webrtc";
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
