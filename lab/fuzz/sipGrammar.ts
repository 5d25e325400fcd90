import type { Random } from "./Random.ts";

/** Spellings of header names: usual, compact, odd. */
const names = {
    via: ["Via", "v", "VIA"],
    from: ["From", "f"],
    to: ["To", "t"],
    callId: ["Call-ID", "i", "CALL-id"],
    cseq: ["CSeq", "cseq"],
    length: ["Content-Length", "l"],
} as const;

/** What may stand in one place: as the grammar has it, and as it does not (or hardly). */
interface Choice {
    readonly good: readonly [string, ...string[]];
    readonly odd: readonly [string, ...string[]];
}

const methods: Choice = {
    good: ["INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "MESSAGE"],
    odd: ["X-%odd'~!", "", "IN VITE"],
};
const hosts: Choice = {
    good: ["example.com", "192.0.2.1", "[2001:db8::1]", "a", "[::ffff:192.0.2.1]"],
    odd: ["[::1", "1.2.3.4.5.6", "2001:db8::1", "", "ex ample", "[x]"],
};
const ports: Choice = { good: ["", "", ":5060", ":65535"], odd: [":0", ":", ":65536", ":x", " : 5060"] };
const users: Choice = {
    good: ["", "alice@", "+4930123456@", "a%20b@", "x;y=z@", "%00@", "a:b@", "*@"],
    odd: ["%zz@", "@", "ünï@", "a@b@", "<"],
};
const transports: Choice = {
    good: ["UDP", "UDP", "UDP", "UDP", "UDP", "TCP", "TLS", "WS", "WSS", "SCTP"],
    odd: ["", "U D P", "U/P"],
};
const paramNames: Choice = {
    good: ["tag", "branch", "rport", "lr", "expires", "q", "received", "maddr", "transport"],
    odd: ["", "%41", "ta g", '"x"', "<"],
};
const paramValues: Choice = {
    good: ["1", "z9hG4bK", "z9hG4bKabc", "192.0.2.9", "9".repeat(40)],
    odd: ["", '"q\\"s, ;<>"', '"open', "[::1]", "-1", "a,b"],
};
const displayNames: Choice = {
    good: ["", "Alice ", '"A, \\"B\\" <x>" ', '"one \\", <" ', '"\\\\" ', "a b~c "],
    odd: ['"open ', "a,b ", '"a" b '],
};
const schemes: Choice = { good: ["sip:", "sips:", "SIP:", "urn:x:"], odd: ["", "tel:", ":", "x.y:"] };
const statuses: Choice = { good: ["200", "100", "699"], odd: ["099", "4294967301", "20"] };
const versions: Choice = { good: ["SIP/2.0"], odd: ["SIP/7.0", "sip/2.0", "HTTP/1.1", "SIP/2.0 "] };
const callIds: Choice = { good: ["a@b", "x"], odd: ["a b", ""] };
const sequences: Choice = { good: ["1", "0", "4294967295"], odd: ["4294967296", "-1", ""] };
const extraHeaders = [
    "Contact: *",
    "Route: <sip:r1.example.com;lr>, <sip:r2.example.com>",
    "Record-Route: <sip:p>, ",
    "Expires: 99999999999999999999",
    "Require: 100rel, foo",
    "Subject: grün \u0000",
    "Subject: a\\\u0000b",
    'Warning: 399 x "y',
    ": nothing",
    "no colon at all",
    "X-Long: " + "y".repeat(300),
    "X-Commas: " + ",".repeat(100),
] as const;
const oddHeaders = [
    "Max-Forwards: 256",
    "Max-Forwards: 70",
    "Route: <sip:",
    "To: <sip:again>",
    "Via: x",
    "Content-Length: 7",
    "l: 0",
    "Subject: a\nX: b",
    "Subject: a\rX: b",
] as const;
const spaces = ["", "", "", " ", "  ", "\t", "\r\n ", " \r\n\t "] as const;

/** A SIP message that is right as a rule, and wrong in places a grammar knows of; right throughout by a {@link Random} without slips. */
export function makeMessage(random: Random): Buffer {
    const method = choose(random, methods);
    const body = random.pick(["", "", "v=0\r\n", "x".repeat(random.below(500)), "\r\n\r\n", "grün \0 大"]);
    const lines = [startLine(random, method), ...shuffledHeaders(random, method)];
    if (random.chance(0.9)) lines.push(field(random, names.length, contentLength(random, body)));
    return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/** Bytes that went wrong on the way: some flipped, cut out, doubled, or mixed with another message. */
export function mutate(random: Random, data: Buffer): Buffer {
    let bytes = data;
    for (let n = random.chance(0.5) ? 0 : random.below(4); n > 0; n--) bytes = mutateOnce(random, bytes);
    return bytes;
}

function mutateOnce(random: Random, data: Buffer): Buffer {
    const at = random.below(data.length + 1);
    const end = Math.min(data.length, at + random.below(30));
    switch (random.below(6)) {
        case 0: {
            const copy = Buffer.from(data);
            if (at < copy.length) copy[at] = random.below(256);
            return copy;
        }
        case 1:
            return Buffer.concat([data.subarray(0, at), data.subarray(end)]);
        case 2:
            return Buffer.concat([data.subarray(0, end), data.subarray(at)]);
        case 3:
            return Buffer.concat([data.subarray(0, at), trouble(random), data.subarray(at)]);
        case 4:
            return data.subarray(0, at);
        default:
            return Buffer.concat([data.subarray(0, at), makeMessage(random).subarray(random.below(50))]);
    }
}

function trouble(random: Random): Buffer {
    const text = random.pick([
        "\r\n",
        "\r",
        "\n",
        "\0",
        "\r\n\r\n",
        '"',
        "<",
        ">",
        ",",
        ";",
        ":",
        "\\",
        "%",
        " ",
        "SIP/2.0",
    ]);
    return Buffer.from(text.repeat(random.chance(0.1) ? random.below(2_000) : 1));
}

/** Mostly good: with some twenty choices in a message, about half of the messages are good throughout. */
function choose(random: Random, { good, odd }: Choice): string {
    return random.pick(random.slips() ? odd : good);
}

function startLine(random: Random, method: string): string {
    const version = choose(random, versions);
    if (random.chance(0.3)) return `${version} ${choose(random, statuses)} reason ünï`;
    return `${method} ${uri(random, "")} ${version}`;
}

function shuffledHeaders(random: Random, method: string): string[] {
    const lines = [
        ...[via(random), ...random.times(3, () => via(random))],
        field(random, names.from, address(random)),
        field(random, names.to, address(random)),
        field(random, names.callId, choose(random, callIds)),
        field(random, names.cseq, `${choose(random, sequences)} ${method}`),
        ...random.times(3, () => random.pick(extraHeaders)),
        ...random.times(2, () => field(random, ["Contact", "m", "Route"], address(random))),
    ];
    if (random.slips(5)) lines.splice(random.below(lines.length), 1);
    if (random.slips(5)) lines.push(random.pick(oddHeaders));
    return lines.sort(() => random.fraction() - 0.5);
}

function field(random: Random, spellings: readonly [string, ...string[]], value: string): string {
    return `${random.pick(spellings)}${random.pick(["", " ", "\t"])}:${random.pick(spaces)}${value}`;
}

function via(random: Random): string {
    const space = (): string => random.pick(spaces);
    const protocol = `SIP${space()}/${space()}2.0/${choose(random, transports)}`;
    return field(
        random,
        names.via,
        `${protocol} ${choose(random, hosts)}${choose(random, ports)}${params(random, space)}`,
    );
}

function address(random: Random): string {
    const space = (): string => random.pick(spaces);
    if (random.chance(0.2)) return `${uri(random, "")}${params(random, space)}`;
    return `${choose(random, displayNames)}<${uri(
        random,
        params(random, () => ""),
    )}>${space()}${params(random, space)}`;
}

function uri(random: Random, uriParams: string): string {
    const scheme = choose(random, schemes);
    return `${scheme}${choose(random, users)}${choose(random, hosts)}${choose(random, ports)}${uriParams}`;
}

function params(random: Random, space: () => string): string {
    const param = (): string => {
        const value = random.chance(0.6) ? `=${choose(random, paramValues)}` : "";
        return `${space()};${choose(random, paramNames)}${value}`;
    };
    return random.times(3, param).join("");
}

function contentLength(random: Random, body: string): string {
    if (!random.slips(5)) return String(Buffer.byteLength(body));
    return random.pick(["0", "-1", "1e9", "99999999999999999999", "", "5, 5", " 7 ", "262145"]);
}
