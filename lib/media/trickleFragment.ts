import type { Section } from "./sdp/sessionDescription.ts";

/**
 * The body of a trickle ICE message (RFC 8840 section 9) with candidates for one section of a description the engine
 * knows. Undefined if there is nothing to say, or the section has no ICE. `lines` hold no line breaks.
 */
export function trickleFragment(section: Section, lines: readonly string[], end: boolean): string | undefined {
    if ((lines.length === 0 && !end) || section.iceUfrag === undefined || section.icePwd === undefined)
        return undefined;
    return [
        `a=ice-ufrag:${section.iceUfrag}`,
        `a=ice-pwd:${section.icePwd}`,
        `m=${section.type} 9 ${section.protocol} ${section.payloads?.split(" ")[0] ?? "0"}`,
        ...(section.mid === undefined ? [] : [`a=mid:${section.mid}`]),
        ...lines.map((line) => `a=${line}`),
        ...(end ? ["a=end-of-candidates"] : []),
        "",
    ].join("\r\n");
}
