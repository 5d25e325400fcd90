import { readFileSync } from "node:fs";
import type { Sdp } from "../../lib/call/vocabulary.ts";
import type { Direction } from "../../lib/sdp/sessionDescription.ts";

/** A description that a real client made; spec/fixtures/sdp/README.md says which. */
export function captured(name: string): Sdp {
    return readFileSync(new URL(`../fixtures/sdp/${name}.sdp`, import.meta.url), "utf8") as Sdp;
}

export interface PhoneSays {
    readonly port?: number;
    readonly address?: string;
    readonly direction?: Direction;
    readonly version?: number;
    /** Payload types and their `a=rtpmap` and `a=fmtp` lines. */
    readonly payloads?: string;
    readonly formats?: readonly string[];
    readonly protocol?: string;
    /** Further lines of the audio section. */
    readonly more?: readonly string[];
    /** Lines of further sections. */
    readonly sections?: readonly string[];
}

/** What a SIP phone writes. */
export function phone(says: PhoneSays = {}): Sdp {
    const address = says.address ?? "127.0.0.1";
    return [
        "v=0",
        `o=phone 42 ${says.version ?? 1} IN IP4 ${address}`,
        "s=a call",
        `c=IN IP4 ${address}`,
        "t=0 0",
        `m=audio ${says.port ?? 40_000} ${says.protocol ?? "RTP/AVP"} ${says.payloads ?? "0 8 101"}`,
        ...(says.formats ?? [
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15",
        ]),
        `a=${says.direction ?? "sendrecv"}`,
        ...(says.more ?? []),
        ...(says.sections ?? []),
        "",
    ].join("\r\n") as Sdp;
}

export interface BrowserAnswers {
    readonly mid: string;
    readonly direction?: Direction;
    readonly payloads?: string;
    readonly formats?: readonly string[];
    readonly ufrag?: string;
}

/** What a browser answers to an offer of one audio section. */
export function browserAnswer(answers: BrowserAnswers): Sdp {
    const { mid, ufrag = "Brws" } = answers;
    return [
        "v=0",
        "o=- 4215775240449105457 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        `a=group:BUNDLE ${mid}`,
        "a=msid-semantic: WMS theirs",
        `m=audio 9 UDP/TLS/RTP/SAVPF ${answers.payloads ?? "0 8 101"}`,
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        `a=ice-ufrag:${ufrag}`,
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        "a=ice-options:trickle",
        `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "3C").join(":")}`,
        "a=setup:active",
        `a=mid:${mid}`,
        `a=${answers.direction ?? "sendrecv"}`,
        "a=msid:theirs track",
        "a=rtcp-mux",
        ...(answers.formats ?? ["a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000"]),
        "a=ssrc:3735928559 cname:theirs",
        "",
    ].join("\r\n") as Sdp;
}
