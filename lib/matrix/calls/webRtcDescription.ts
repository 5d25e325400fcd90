import type { Sdp } from "../../call/vocabulary.ts";

/** A browser's description has about 60 lines per media section. */
const MAX_LINES = 2000;

/**
 * Whether a text is a session description (RFC 8866, section 5): it starts with the version and has a media section. The
 * media proxy checks the parts that it uses; unknown lines are ignored.
 */
export function isSessionDescription(text: string): text is Sdp {
    const lines = linesOf(text);
    const hasSection = lines.some((line) => line.startsWith("m="));
    return lines[0] === "v=0" && lines.length <= MAX_LINES && hasSection;
}

/**
 * Returns the parts that a browser needs and this description lacks; empty if it can be sent. A browser that cannot
 * apply a description does not report it: the phone would ring, and the call would have no audio. BUNDLE and mid are
 * needed even for a single section, because matrix-js-sdk uses `max-bundle` (RFC 8829, section 4.1.1).
 */
export function missingForWebRtc(sdp: Sdp): string[] {
    const [session = [], ...sections] = sectionsOf(sdp);
    const active = sections.filter((section) => !isRejected(section));
    const bundled = (findAttribute(session, "group:BUNDLE") ?? "").split(" ").filter((mid) => mid !== "");
    const missing = active.flatMap((section) => missingInSection(section, session, bundled));
    if (active.length === 0) missing.push("an active media section");
    return [...new Set(missing)];
}

/** The media stream IDs of a description: the first values of its `a=msid` lines (RFC 8830), each once. */
export function streamIdsOf(sdp: Sdp): string[] {
    const ids = linesOf(sdp)
        .filter((line) => line.startsWith("a=msid:"))
        .map((line) => line.slice("a=msid:".length).split(" ")[0] ?? "")
        // "-" is RFC 8830 for a track without a stream
        .filter((streamId) => streamId !== "" && streamId !== "-");
    return [...new Set(ids)];
}

export function hasActiveVideo(sdp: Sdp): boolean {
    return sectionsOf(sdp).some((section) => section[0]?.startsWith("m=video ") === true && !isRejected(section));
}

function missingInSection(
    section: readonly string[],
    session: readonly string[],
    bundled: readonly string[],
): string[] {
    const either = [...section, ...session];
    const mid = findAttribute(section, "mid");
    const checks: readonly (readonly [what: string, there: boolean])[] = [
        ["mid", mid !== undefined],
        ["BUNDLE", mid === undefined || bundled.includes(mid)],
        ["rtcp-mux", section.includes("a=rtcp-mux")],
        ["fingerprint", findAttribute(either, "fingerprint") !== undefined],
        ["setup", findAttribute(either, "setup") !== undefined],
        ["ice-ufrag", findAttribute(either, "ice-ufrag") !== undefined],
        ["candidate", mid !== bundled[0] || findAttribute(section, "candidate") !== undefined],
    ];
    return checks.filter(([, there]) => !there).map(([what]) => what);
}

/** The session part, then each media section with its m= line first. */
function sectionsOf(sdp: Sdp): string[][] {
    const sections: string[][] = [[]];
    for (const line of linesOf(sdp)) {
        if (line.startsWith("m=")) sections.push([]);
        sections.at(-1)?.push(line);
    }
    return sections;
}

/** Port 0 rejects a section, except where it is bundle-only (RFC 9143, section 6). */
function isRejected(section: readonly string[]): boolean {
    return /^m=[a-z]+ 0 /.test(section[0] ?? "") && !section.includes("a=bundle-only");
}

function findAttribute(lines: readonly string[], name: string): string | undefined {
    const separator = name.includes(":") ? " " : ":";
    const prefix = `a=${name}${separator}`;
    return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
}

function linesOf(text: string): string[] {
    return text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== "");
}
