import { expect, test } from "vitest";
import { type Framed, StreamFraming } from "../../../../lib/sip-server/transport/StreamFraming.ts";

const limits = { headerBytes: 500, headerLines: 20, bodyBytes: 50 };

function request(callId: string, body: string, length: string | null = String(Buffer.byteLength(body))): string {
    const lines = [
        "MESSAGE sip:b@example.com SIP/2.0",
        "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKa",
        "From: <sip:a@example.net>;tag=1",
        "To: <sip:b@example.com>",
        `Call-ID: ${callId}`,
        "CSeq: 7 MESSAGE",
        ...(length === null ? [] : [`Content-Length: ${length}`]),
    ];
    return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** What came out, in short: `Call-ID=body`, a status, or the kind. */
function summary(framed: readonly Framed[]): string[] {
    return framed.map((one) => {
        if (one.kind === "ping") return "ping";
        if (one.kind === "fault") return one.reason;
        const { result } = one;
        if (result.ok) return `${result.message.headers.get("Call-ID") ?? ""}=${result.message.body.toString()}`;
        return result.refusal === undefined ? "unusable" : String(result.refusal.status);
    });
}

function feed(text: string, chunkSize: number): string[] {
    const framing = new StreamFraming(limits);
    const data = Buffer.from(text);
    const framed: Framed[] = [];
    for (let at = 0; at < data.length; at += chunkSize) framed.push(...framing.push(data.subarray(at, at + chunkSize)));
    return summary(framed);
}

const one = request("one", "body one");
const two = request("two", "");
const three = request("three", "grüße");

test.each([
    ["one message", one, ["one=body one"]],
    ["three in a row", one + two + three, ["one=body one", "two=", "three=grüße"]],
    ["line ends between", `${one}\r\n${two}`, ["one=body one", "two="]],
    ["a ping between", `${one}\r\n\r\n${two}`, ["one=body one", "ping", "two="]],
    ["a ping first", `\r\n\r\n${one}`, ["ping", "one=body one"]],
    ["nothing complete", one.slice(0, -1), []],
    ["no Content-Length and no Content-Type", request("x", "", null) + two, ["x=", "two="]],
    ["no Content-Length of a body", request("x", "", null).replace("CSeq", "c: text/plain\r\nCSeq") + two, ["framing"]],
    ["line ends by LF alone", one.replaceAll("\r\n", "\n") + `\n${two}`, ["one=body one", "two="]],
    ["bad Content-Length is rejected", request("x", "", "-1") + two, ["400", "framing"]],
    ["two Content-Length that agree", request("x", "", "0\r\nl: 0") + two, ["x=", "two="]],
    ["two Content-Length that differ are rejected", request("x", "", "0\r\nl: 1") + two, ["400", "framing"]],
    ["a body too large is rejected", request("x", "", "51") + two, ["413", "tooLarge"]],
    ["a head without end", "X".repeat(600), ["tooLarge"]],
    ["a lone CR", `${one}\rX${two}`, ["one=body one", "framing"]],
    [
        "a message that cannot be used costs the connection nothing",
        `nonsense\r\nl: 2\r\n\r\nxx${two}`,
        ["unusable", "two="],
    ],
])("%s, however it is chopped up", (_name, text, expected) => {
    for (const chunkSize of [1, 2, 3, 7, 100, 100_000])
        expect(feed(text, chunkSize), String(chunkSize)).toEqual(expected);
});

test("knows whether a message is under way", () => {
    const framing = new StreamFraming(limits);
    expect(framing.partial).toBe(false);
    framing.push(Buffer.from(one.slice(0, 10)));
    expect(framing.partial).toBe(true);
    framing.push(Buffer.from(one.slice(10)));
    expect(framing.partial).toBe(false);
    framing.push(Buffer.from("\r\n"));
    expect(framing.partial).toBe(false);
});

test("answers several pings of one chunk once", () => {
    expect(summary(new StreamFraming(limits).push(Buffer.from("\r\n\r\n".repeat(100))))).toEqual(["ping"]);
});

test("a body handed out is not overwritten by what comes later", () => {
    const framing = new StreamFraming(limits);
    const text = Buffer.from(one + three);
    framing.push(text.subarray(0, 20));
    const [first] = framing.push(text.subarray(20, text.length - 5));
    framing.push(text.subarray(text.length - 5));
    framing.push(Buffer.from(two));
    expect(first && summary([first])).toEqual(["one=body one"]);
});
