import type { Sdp } from "../call/vocabulary.ts";
import { codecsOf, hasName } from "./codecs.ts";
import { sends } from "./direction.ts";
import { bundleOf } from "./layout.ts";
import { isRejected } from "./rejection.ts";
import { parseDescription, type Section, type SessionDescription } from "./sessionDescription.ts";

/**
 * What a browser needs of a description and this one lacks, in a few words each; empty if it can be sent. A browser that
 * cannot apply a description reports nothing: the phone would ring, and the call be dead. BUNDLE and mid are required even
 * for a single section, because matrix-js-sdk uses `max-bundle` (RFC 8829, section 4.1.1).
 */
export function missingForWebRtc(sdp: Sdp): string[] {
    const description = parseDescription(sdp);
    const active = description?.media.filter((section) => !isRejected(section)) ?? [];
    if (description === undefined || active.length === 0) return ["an active media section"];
    return [...new Set(active.flatMap((section) => missingInSection(section, description)))];
}

/** The media streams a description announces: the first words of its `a=msid` (RFC 8830), each once. */
export function streamIdsOf(sdp: Sdp): string[] {
    const sections = parseDescription(sdp)?.media ?? [];
    // "-" is RFC 8830 for a track without a stream
    const ids = sections.flatMap(({ msid = [] }) => msid.map(({ id }) => id)).filter((id) => id !== "-");
    return [...new Set(ids)];
}

/** Whether who made the description sends video. */
export function sendsVideo(sdp: Sdp): boolean {
    const { media = [], direction: common = "sendrecv" } = parseDescription(sdp) ?? {};
    return media.some(
        (section) => section.type === "video" && !isRejected(section) && sends(section.direction ?? common),
    );
}

/** Whether DTMF digits can be sent to who made the description, as RTP events (RFC 4733). */
export function takesDigits(sdp: Sdp): boolean {
    const sections = parseDescription(sdp)?.media ?? [];
    return sections.some((section) => codecsOf(section).some((codec) => hasName(codec, "telephone-event")));
}

function missingInSection(section: Section, whole: SessionDescription): string[] {
    const { mid } = section;
    const bundled = mid === undefined ? undefined : bundleOf(whole, mid);
    const checks: readonly (readonly [what: string, there: boolean])[] = [
        ["mid", mid !== undefined],
        ["BUNDLE", mid === undefined || bundled !== undefined],
        ["rtcp-mux", section.rtcpMux !== undefined],
        ["fingerprint", (section.fingerprint ?? whole.fingerprint) !== undefined],
        ["setup", (section.setup ?? whole.setup) !== undefined],
        ["ice-ufrag", (section.iceUfrag ?? whole.iceUfrag) !== undefined],
        ["candidate", mid !== bundled?.[0] || (section.candidates ?? []).length > 0],
    ];
    return checks.filter(([, there]) => !there).map(([what]) => what);
}
