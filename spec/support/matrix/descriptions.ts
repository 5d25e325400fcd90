import type { Sdp } from "../../../lib/call/vocabulary.ts";

/** Lines of a description that a browser can apply, by what a spec wants to leave out. */
const LINES = [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0",
    "m=audio 30000 UDP/TLS/RTP/SAVPF 111",
    "c=IN IP4 127.0.0.1",
    "a=mid:0",
    "a=msid:sipms sipaudio",
    "a=rtcp-mux",
    "a=setup:actpass",
    "a=fingerprint:sha-256 AA:BB",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:abcdefghijklmnopqrstuvwx",
    "a=candidate:1 1 UDP 2130706431 127.0.0.1 30000 typ host",
    "a=end-of-candidates",
    "a=sendrecv",
];

/** A description fit for a browser, without the lines that begin so, and with these at its end. */
export function browserDescription(without: readonly string[] = [], more: readonly string[] = []): Sdp {
    const kept = LINES.filter((line) => !without.some((beginning) => line.startsWith(beginning)));
    return [...kept, ...more, ""].join("\r\n") as Sdp;
}
