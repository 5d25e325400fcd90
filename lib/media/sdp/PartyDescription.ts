import type { MediaKind } from "../../ports/MediaProxy.ts";
import { codecsOf, isVoice } from "./codecs.ts";
import { withoutReceiving } from "./direction.ts";
import { bundleOf, isRejected, layoutOf, type Layout } from "./layout.ts";
import { parseDescription, type Candidate, type Section, type SessionDescription } from "./sessionDescription.ts";

/** What a party said of its media, reduced to the one section that is carried. */
export interface PartyDescription {
    readonly kind: MediaKind;
    /** For the engine: one section, which holds everything that concerns it. */
    readonly description: SessionDescription;
    readonly section: Section;
    /** What an answer to this description must look like. */
    readonly layout: Layout;
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
const PROTECTION: Readonly<Record<MediaKind, number>> = { rtp: 0, "srtp-optional": 0, srtp: 1, webrtc: 2 };

/** Reads what a party said. `atLeast` is the weakest kind of media that will do. */
export function readParty(sdp: string, atLeast: MediaKind): PartyReading {
    const whole = parseDescription(sdp);
    if (whole === undefined) return { kind: "unreadable" };
    const index = whole.media.findIndex(isCarriable);
    const original = whole.media[index];
    if (original === undefined) return { kind: "noAudio" };
    const said = selfContained(original, whole);
    const kind = kindOf(said);
    if (kind === undefined || PROTECTION[kind] < PROTECTION[atLeast]) return { kind: "wrongTransport" };
    // with keys, what a phone calls RTP/AVP is RTP/SAVP to the engine (RFC 8643)
    const section = kind === "srtp-optional" ? { ...said, protocol: said.protocol.replace("/AVP", "/SAVP") } : said;
    return {
        kind: "usable",
        party: {
            kind,
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
            mids: midsOf(original, whole),
        },
    };
}

/** As if the party had known these when it spoke. */
export function withMoreCandidates(party: PartyDescription, more: readonly Candidate[]): PartyDescription {
    const section = { ...party.section, candidates: [...(party.section.candidates ?? []), ...more] };
    return { ...party, section, description: { ...party.description, media: [section] } };
}

function isCarriable(section: Section): boolean {
    return section.type === CARRIED_TYPE && !isRejected(section) && codecsOf(section).some(isVoice);
}

function kindOf(section: Section): MediaKind | undefined {
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

/** rtpengine has no ICE over TCP, and nobody outside the browser's network can look up an mDNS name. */
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
