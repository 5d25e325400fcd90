import type { Random } from "./Random.ts";

/** Lines anywhere before the first stream that nothing uses. */
const sessionLines = listed(
    "i= | i=ü | u= | u=no url | e= | p= | b= | b=AS:high | b=X:1:2 | k= | k=prompt | k=clear:x | z= | z=1 x | r=7d",
    "t=soon later | x=1 | = | hello | a= | a=: | a=x | a=x: | a=ü:ü | a= x | a=group: | a=group:LS | a=group:BUNDLE",
    "a=msid-semantic: | a=msid-semantic: WMS * | a=tool:a b <c> | a=charset:latin1 | a=cat | a=sdplang:x | a=ice-lite:1",
    "a=extmap-allow-mixed | a=rtcp-unicast:x | a=source-filter: incl IN IP4 * 192.0.2.9 | a=T38FaxVersion:x",
    `a=x:${"y".repeat(2_000)}`,
);

/** Attributes of the audio stream that nothing uses. */
const audioLines = listed(
    "i= | b=TIAS:many | k=prompt | a=rtpmap: | a=rtpmap:0 | a=rtpmap:abc PCMU/8000 | a=rtpmap:77 x/8000 | a=fmtp:",
    "a=rtpmap:78 telephone-event | a=fmtp:77 | a=fmtp:77 mode-set= | a=fmtp:0 ü=1;; | a=rtcp-fb:* nack | a=rtcp-fb:",
    "a=rtcp-xr: | a=rtcp-rsize | a=ssrc: | a=ssrc:abc cname:x | a=ssrc:1 | a=ssrc-group:FID | a=extmap: | a=extmap:1",
    "a=extmap:999 urn:x | a=msid: | a=label: | a=content:slides | a=silenceSupp:off - - - - | a=maxptime:often",
    "a=X-nat:0 Unknown | a=sendrecv | a=quality:high | a=candidate: | a=candidate:1 1 UDP | a=candidate:x y z",
    "a=remote-candidates:1 | a=end-of-candidates | a=rtcp:high | a=framerate:ü | a=curr:qos local none | a=cfg:1",
    "a=des:qos mandatory | a=acap:1 x",
);

/** Streams that are rejected, unknown or malformed. */
const sections = listed(
    "m=video 0 RTP/AVP | m=video 0 RTP/AVP 31 | m=video 0 x | m=video 0 | m=video | m=video high RTP/AVP 96",
    "m=video -1 RTP/AVP 96 | m=video 999999 RTP/AVP 96 | m=audio 0 RTP/AVP | m=audio 0 RTP/AVP 0 | m=audio",
    "m=audio 0 RTP/SAVP 0\r\na=crypto:1 x | m=application 9 TCP/MRCPv2 | m=application 0 UDP/BFCP * | m=ü 1 ü ü",
    "m=image 0 udptl t38\r\na=T38FaxVersion:0 | m=message 0 TCP/MSRP * | m=text 0 RTP/AVP 98 | m=data 0 x 1",
    "m=video 0 RTP/AVPF 96 97\r\na=rtpmap:96\r\na=fmtp:\r\na=inactive | m=application 0 DTLS/SCTP 5000\r\nc=x",
);

const origins = listed(
    "o= | o=- | o=a b c d e f g h | o=my phone 1 1 IN IP4 host | o=- x y IN IP4 192.0.2.1 | o=ü 1 1 IN IP9 ü",
    `o=- ${"9".repeat(30)} 1 IN IP4 192.0.2.1 | o=- 1 1 IN IP4 not.a.name. | o=-  1  1  IN  IP6  ::`,
);

type Change = (random: Random, lines: readonly string[]) => readonly string[];

const changes: readonly [Change, ...Change[]] = [
    (random, lines) => insert(lines, random.pick(sessionLines), 1 + random.below(firstStream(lines))),
    (random, lines) => insert(lines, random.pick(audioLines), lines.length),
    (random, lines) => insert(lines, random.pick(audioLines), firstStream(lines) + 1),
    (random, lines) => insert(lines, random.pick(sections), lines.length),
    (random, lines) => insert(lines, random.pick(sections), firstStream(lines)),
    (random, lines) => lines.map((line) => (line.startsWith("o=") ? random.pick(origins) : line)),
    (random, lines) => lines.filter((line) => !line.startsWith(random.pick(["o=", "s=", "t="]))),
    (random, lines) => lines.map((line) => line.replace(/^s=.*/, random.pick(["s=", "s= ", "s=ü", "s=\0"]))),
    (random, lines) => lines.map((line) => line.replace(/^t=.*/, random.pick(["t=", "t=0", "t=1 0 0", "t=x"]))),
    (random, lines) => lines.map((line) => `${line}${random.pick([" ", "\t", "\0", "  \t "])}`),
    (random, lines) =>
        lines.map((line) => (/^[mc]=/.test(line) ? line.replaceAll(" ", random.pick(["  ", "\t"])) : line)),
    (_random, lines) => lines.map((line) => line.replace(/^c=IN IP4 (.*)/, "c=in ip4 $1/127")),
    (_random, lines) =>
        lines.map((line) =>
            line.replace(
                /^m=audio (\d+) (\S+)/,
                (_, port, protocol: string) => `m=AUDIO ${port}/1 ${protocol.toLowerCase()}`,
            ),
        ),
];

/** The description with one odd part that nothing uses, written with one of the line ends that implementations have. */
export function addOddLine(random: Random, sdp: string): string {
    const lines = random.pick(changes)(random, sdp.trimEnd().split("\r\n"));
    const text = `${lines.join("\r\n")}\r\n`;
    return random.pick([
        text,
        text,
        text.replaceAll("\r\n", "\n"),
        text.replaceAll("\r\n", "\r"),
        text.replaceAll("\r\n", "\r\r\n"),
        text.replaceAll("\r\n", "\r\n\r\n"),
        text.trimEnd(),
        `\r\n${text}\0\0`,
        `\uFEFF${text}`,
    ]);
}

function insert(lines: readonly string[], line: string, at: number): readonly string[] {
    return [...lines.slice(0, at), line, ...lines.slice(at)];
}

function firstStream(lines: readonly string[]): number {
    return lines.findIndex((line) => line.startsWith("m="));
}

function listed(...texts: readonly [string, ...string[]]): readonly [string, ...string[]] {
    const [first = "", ...others] = texts.join(" | ").split(" | ");
    return [first, ...others];
}
