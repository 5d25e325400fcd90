import { deepStrictEqual, ok } from "node:assert/strict";
import { codecsOf } from "../../lib/sdp/codecs.ts";
import { readParty } from "../../lib/sdp/PartyDescription.ts";
import { voiceOf } from "../../lib/sdp/streams.ts";
import { sessionDescriptionIn } from "../../lib/sip/sessionDescription.ts";
import type { FuzzTarget } from "./FuzzTarget.ts";
import { addOddLine } from "./oddSdp.ts";
import type { Random } from "./Random.ts";

const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
const formats = ["a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"];
const fingerprint = `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "3C").join(":")}`;
const webRtc = [
    "a=ice-ufrag:abcd",
    "a=ice-pwd:abcdefghijklmnopqrstuvwx",
    fingerprint,
    "a=setup:actpass",
    "a=mid:0",
    "a=rtcp-mux",
];

/** Valid descriptions of each kind of party. */
const plain: readonly [string, ...string[]] = [
    sdp("m=audio 40000 RTP/AVP 0 8 101", ...formats, "a=sendrecv"),
    sdp("m=audio 40000 RTP/AVP 8"),
    sdp("m=audio 40000 RTP/SAVP 0 101", ...formats, `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${"A".repeat(40)}`),
    sdp("m=audio 9 UDP/TLS/RTP/SAVPF 0 101", ...formats, ...webRtc),
];

/** A party that means well: one odd part in its description changes nothing that the bridge uses of it. */
export const sdpTarget: FuzzTarget = {
    name: "sdp",
    run(random) {
        const description = random.pick(plain);
        const odd = addOddLine(random, description);
        const [type, body] = wrapped(random, odd);
        deepStrictEqual(usedOf(type, body), usedOf("application/sdp", description), JSON.stringify(odd));
    },
};

function sdp(...lines: readonly string[]): string {
    return `${[...head, ...lines].join("\r\n")}\r\n`;
}

/** As a body of its own, or next to parts that nothing uses. */
function wrapped(random: Random, description: string): readonly [type: string, body: string] {
    if (random.chance(0.7))
        return [random.pick(["application/sdp", "Application/SDP ; charset=x", "application/sdp;"]), description];
    const part = (type: string, content: string, ...headers: string[]): string =>
        ["--b", `Content-Type: ${type}`, ...headers, "", content].join("\r\n");
    const other = random.pick([
        part("application/isup;version=x", "\u0001\u0002"),
        part("text/plain", "--c\r\nhello"),
        part("multipart/mixed", "no boundary"),
        part("application/sdp", description, "Content-Disposition: early-session"),
        part("", ""),
        part("application/vnd.x", "x", "Content-Transfer-Encoding: ü", ": no name"),
    ]);
    const own = part("application/sdp", description, ...random.pick([[], ["Content-ID: <a@b>"], ["x"]]));
    const parts = random.chance(0.5) ? [other, own] : [own, other];
    return ['multipart/mixed; x=y; boundary="b"', ["preamble", ...parts, "--b--", "epilogue"].join("\r\n")];
}

/** What the bridge uses of a body. */
function usedOf(type: string, body: string) {
    const read = sessionDescriptionIn({ headers: new Map([["content-type", type]]), body });
    ok(read.kind === "given", `${read.kind}: ${JSON.stringify(body)}`);
    const reading = readParty(read.sdp, "rtp");
    ok(reading.kind === "usable", `${reading.kind}: ${JSON.stringify(body)}`);
    const voice = voiceOf(reading.party);
    const { port, protocol, connection, direction, iceUfrag, icePwd, setup, mid, crypto } = voice;
    const key = crypto?.map(({ suite, config }) => [suite, config]);
    return {
        media: read.media,
        codecs: codecsOf(voice),
        fingerprint: voice.fingerprint,
        ...{ port, protocol, connection, direction, iceUfrag, icePwd, setup, mid, key },
    };
}
