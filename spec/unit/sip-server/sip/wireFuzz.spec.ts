import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../../../lab/fuzz/Random.ts";
import { gateTarget } from "../../../../lab/fuzz/gateTarget.ts";
import { wireTargets } from "../../../../lab/fuzz/wireTargets.ts";
import { Headers } from "../../../../lib/sip-server/sip/Headers.ts";
import { headerName } from "../../../../lib/sip-server/sip/headerNames.ts";
import { parseMessage } from "../../../../lib/sip-server/sip/parseMessage.ts";
import { repairAddresses } from "../../../../lib/sip-server/sip/repairAddresses.ts";
import { serializeMessage } from "../../../../lib/sip-server/sip/serializeMessage.ts";
import { StreamFraming } from "../../../../lib/sip-server/transport/StreamFraming.ts";

test.each([...wireTargets, gateTarget])("fuzzing for a moment: $name", async (target) => {
    for (let seed = 0; seed < 1_000; seed++) await target.run(new Random(seed));
});

const tokens = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,20}$/);
const essentials = ["via", "from", "to", "call-id", "cseq", "max-forwards", "content-length"].concat([
    "contact",
    "route",
    "record-route",
    "require",
    "proxy-require",
]);
const otherNames = tokens.filter((name) => !essentials.includes(headerName(name).key));
/** Any text that may stand in a line; blanks around it are not part of a value. */
const values = fc
    .string({ unit: "binary" })
    .map((text) => text.replaceAll(/[\r\n\0]/g, "").replaceAll(/^[ \t]+|[ \t]+$/g, ""));

function fields(headers: Headers): string[] {
    return [...headers].map(({ name, value }) => `${name}: ${value}`);
}

test("what is written is read again: any headers, any body, requests and responses", () => {
    const extras = fc.array(fc.tuple(otherNames, values), { maxLength: 20 });
    const bodies = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    const start = fc.oneof(
        fc.record({ kind: fc.constant("request" as const), method: tokens, uri: fc.constant("sip:a@example.com") }),
        fc.record({
            kind: fc.constant("response" as const),
            status: fc.integer({ min: 100, max: 699 }),
            reason: values,
        }),
    );
    fc.assert(
        fc.property(start, extras, bodies, (line, extra, body) => {
            const headers = new Headers([
                ["Via", "SIP/2.0/UDP a;branch=z9hG4bKb"],
                ["From", "<sip:a>;tag=1"],
                ["To", "<sip:b>"],
                ["Call-ID", "c"],
                ["CSeq", `1 ${line.kind === "request" ? line.method : "INVITE"}`],
                ...extra,
            ]);
            const result = parseMessage(serializeMessage({ ...line, headers, body }));
            if (!result.ok) expect.fail(result.reason);
            expect({ ...result.message, headers: fields(result.message.headers) }).toEqual({
                ...line,
                headers: [...fields(headers), `Content-Length: ${body.length}`],
                body,
            });
        }),
    );
});

test.each<[string, (size: number) => string]>([
    ["one endless header", (size) => `X: ${"y".repeat(size)}`],
    ["commas", (size) => `Via: ${",".repeat(size)}`],
    ["semicolons", (size) => `Via: SIP/2.0/UDP a${";".repeat(size)}`],
    ["an open quote in each element", (size) => `Route: ${'"<,'.repeat(size / 3)}`],
    ["brackets", (size) => `Contact: ${"<".repeat(size)}`],
    ["folds", (size) => `X: y${"\r\n z".repeat(size / 4)}`],
    ["lines", (size) => "a:b\r\n".repeat(size / 5)],
    ["blanks", (size) => `X: ${" ".repeat(size)}y`],
    ["escapes", (size) => `From: <sip:${"%41".repeat(size / 3)}@a>`],
    ["backslashes", (size) => `From: "${"\\".repeat(size)}`],
    ["colons in a host", (size) => `From: <sip:${":".repeat(size)}>`],
    ["quotes that never close", (size) => `From: ${'"\\'.repeat(size / 2)}`],
    ["brackets that never close, and one that does", (size) => `Contact: ${"<a,".repeat(size / 3)}>`],
    ["closing brackets", (size) => `P-Asserted-Identity: ${">".repeat(size)}`],
    ["brackets in quotes", (size) => `From: ${'"<>" '.repeat(size / 5)}`],
    ["CRs in front of a line end", (size) => `X: ${"\r".repeat(size)}y`],
    ["bytes that are not UTF-8", (size) => `X: ${"\u0080,".repeat(size / 3)}`],
    ["parameters", (size) => `Contact: sip:a${';x=a"b'.repeat(size / 6)}`],
    ["at signs", (size) => `From: <sip:${"@".repeat(size)}>`],
])("time is linear in the length: %s", (_name, make) => {
    const head = "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nTo: <sip:a>\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\n";
    const data = Buffer.from(`${head}${make(65_000)}\r\n\r\n`);
    const startedAt = performance.now();
    const result = parseMessage(data, { headerBytes: 1_000_000, headerLines: 1_000_000, bodyBytes: 0 });
    if (result.ok) repairAddresses(result.message.headers);
    // A quadratic scan of this many characters takes seconds.
    expect(performance.now() - startedAt).toBeLessThan(500);
});

test("time is linear in the length: a message that comes byte by byte", () => {
    const framing = new StreamFraming({ headerBytes: 65_536, headerLines: 256, bodyBytes: 262_144 });
    const byte = Buffer.from("x");
    const startedAt = performance.now();
    for (let n = 0; n < 65_000; n++) framing.push(byte);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
});
