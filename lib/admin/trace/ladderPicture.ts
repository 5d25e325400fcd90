import { escapeHtml } from "../renderAnswer.ts";
import type { LadderLine } from "../SipLadders.ts";

/** The messages of one call, with its heading. */
export interface TracedCall {
    readonly title: string;
    readonly lines: readonly LadderLine[];
}

const WIDTH = 820;
const BRIDGE_X = 150;
const PEER_X = 610;
const ROW = 34;
const HEADING = 70;
/** Longer texts would leave the picture. */
const LONGEST_TEXT = 62;
const LONGEST_TITLE = 98;
/** More messages make a picture that takes seconds to draw and cannot be read: the text has all of them. */
const MOST_LINES = 60;
const UNKNOWN_PEER = "peer";

/** SIP ladders as an SVG picture: one arrow a message, between the bridge and its peer. The first 60 messages. Pure. */
export function ladderPicture(calls: readonly TracedCall[]): string {
    let y = 0;
    const drawn = shortened(calls);
    const parts = drawn.map((call) => {
        const group = `<g transform="translate(0 ${y})">${drawCall(call)}</g>`;
        y += heightOf(call);
        return group;
    });
    const left = linesIn(calls) - linesIn(drawn);
    if (left > 0) {
        parts.push(text(12, y + 12, `${left} further messages are in the text only.`, 'fill="#555"'));
        y += ROW;
    }
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="13">`,
        '<defs><marker id="head" markerWidth="10" markerHeight="8" refX="9" refY="4" orient="auto"><path d="M0 0L10 4L0 8z" fill="#245"/></marker></defs>',
        `<rect width="${WIDTH}" height="${y}" fill="#fff"/>`,
        ...parts,
        "</svg>",
    ].join("\n");
}

/** The first calls, together with at most `MOST_LINES` messages. */
function shortened(calls: readonly TracedCall[]): readonly TracedCall[] {
    let room = MOST_LINES;
    return calls.flatMap((call) => {
        const lines = call.lines.slice(0, room);
        room -= lines.length;
        return lines.length === 0 ? [] : [{ ...call, lines }];
    });
}

function linesIn(calls: readonly TracedCall[]): number {
    return calls.reduce((sum, { lines }) => sum + lines.length, 0);
}

function heightOf({ lines }: TracedCall): number {
    return HEADING + lines.length * ROW + 24;
}

function drawCall(call: TracedCall): string {
    const { title, lines } = call;
    const bottom = heightOf(call) - 12;
    const peers = [...new Set(lines.map(({ peer }) => peer ?? UNKNOWN_PEER))].filter((peer) => peer !== UNKNOWN_PEER);
    return [
        text(12, 22, clip(title, LONGEST_TITLE), 'font-weight="bold" fill="#111"'),
        text(BRIDGE_X, 52, "bridge", 'text-anchor="middle" fill="#111"'),
        text(PEER_X, 52, peers.join(", ") || UNKNOWN_PEER, 'text-anchor="middle" fill="#111"'),
        ...[BRIDGE_X, PEER_X].map((x) => `<path d="M${x} 60V${bottom}" stroke="#999"/>`),
        ...lines.map((line, index) => drawLine(line, HEADING + (index + 1) * ROW)),
    ].join("\n");
}

function drawLine({ at, direction, text: what }: LadderLine, y: number): string {
    const [from, to] = direction === "sent" ? [BRIDGE_X, PEER_X] : [PEER_X, BRIDGE_X];
    const isFailure = /^[4-6][0-9]{2} /.test(what);
    const colour = isFailure ? "#b02a1f" : "#245";
    return [
        text(12, y + 4, new Date(at).toISOString().slice(11, 23), 'fill="#555" font-size="12"'),
        `<path d="M${from} ${y}H${to}" stroke="${colour}" stroke-width="1.5" marker-end="url(#head)"/>`,
        text((BRIDGE_X + PEER_X) / 2, y - 6, clip(what, LONGEST_TEXT), `text-anchor="middle" fill="${colour}"`),
    ].join("\n");
}

/** Everything in a message was written by others. */
function text(x: number, y: number, content: string, attributes: string): string {
    return `<text x="${x}" y="${y}" ${attributes}>${escapeHtml(content)}</text>`;
}

function clip(what: string, length: number): string {
    return what.length > length ? `${what.slice(0, length)}…` : what;
}
