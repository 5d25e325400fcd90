import { expect, test } from "vitest";
import { judgeCertificate } from "../../../lib/liveCheck/judgeCertificate.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

const { long, short, other } = makeCertificates(
    { long: "DNS:bridge.example, IP:192.0.2.1", short: "DNS:bridge.example", other: "DNS:other.example" },
    { long: 90 },
);
const now = Date.now();
const DAY_MS = 86_400_000;
const dated = (text: string): unknown => expect.stringMatching(new RegExp(`^${text} 20[0-9]{2}-[0-9]{2}-[0-9]{2}$`));
const host = "bridge.example";

test.each<[string, Parameters<typeof judgeCertificate>[0], number, object]>([
    ["good", { ...long, host }, 0, { kind: "works", text: dated("bridge.example, 192.0.2.1, until") }],
    ["good for an address", { ...long, host: "192.0.2.1" }, 0, { kind: "works" }],
    ["good for whatever we are called", { ...long, host: undefined }, 0, { kind: "works" }],
    ["soon at its end", { ...short, host }, 0, { kind: "works", advice: "renew it; days left: 1" }],
    ["at its end", { ...short, host }, 3, { kind: "fails", text: dated("it expired on") }],
    ["ahead of its time", { ...long, host }, -3, { kind: "fails", text: dated("it is not valid before") }],
    ["another's", { ...long, host: "elsewhere.example" }, 0, { kind: "works", advice: /name elsewhere\.example/ }],
    ["without its key", { ...long, key: other.key, host }, 0, { kind: "fails", text: "its key is another's" }],
    ["without its private key", { ...long, key: "", host }, 0, { kind: "fails", text: "its key is another's" }],
    ["no certificate", { ...long, certificate: "-", host }, 0, { kind: "fails", text: "it is no PEM certificate" }],
])("a certificate %s", (_, certificate, days, expected) => {
    const result = judgeCertificate(certificate, now + days * DAY_MS);
    const { advice, ...rest } = expected as { advice?: string | RegExp };
    expect(result).toMatchObject(rest);
    if (advice === undefined) expect(result.kind === "works" ? result.advice : undefined).toBeUndefined();
    else expect(result.advice).toMatch(advice);
});
