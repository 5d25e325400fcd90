import { expect, test } from "vitest";
import { checkCertificate } from "../../../lib/liveCheck/checkCertificate.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

const { long, short, other } = makeCertificates(
    { long: "DNS:bridge.example, IP:192.0.2.1", short: "DNS:bridge.example", other: "DNS:other.example" },
    { long: 90 },
);
const now = Date.now();
const DAY_MS = 86_400_000;
const dated = (text: string): unknown => expect.stringMatching(new RegExp(`^${text} 20[0-9]{2}-[0-9]{2}-[0-9]{2}$`));
const host = "bridge.example";

test.each<[string, Parameters<typeof checkCertificate>[0], number, object]>([
    ["good", { ...long, host }, 0, { kind: "works", text: dated("bridge.example, 192.0.2.1, until") }],
    ["good for an address", { ...long, host: "192.0.2.1" }, 0, { kind: "works" }],
    ["good without a name to compare", { ...long, host: undefined }, 0, { kind: "works" }],
    ["soon at its end", { ...short, host }, 0, { kind: "works", advice: "renew the certificate; days left: 1" }],
    ["at its end", { ...short, host }, 3, { kind: "fails", text: dated("the certificate expired on") }],
    ["ahead of its time", { ...long, host }, -3, { kind: "fails", text: dated("the certificate is not valid before") }],
    [
        "for another name",
        { ...long, host: "elsewhere.example" },
        0,
        { kind: "works", advice: /does not contain elsewhere\.example/ },
    ],
    [
        "without its key",
        { ...long, key: other.key, host },
        0,
        { kind: "fails", text: "the private key does not belong to the certificate" },
    ],
    [
        "without its private key",
        { ...long, key: "", host },
        0,
        { kind: "fails", text: "the private key does not belong to the certificate" },
    ],
    [
        "no certificate",
        { ...long, certificate: "-", host },
        0,
        { kind: "fails", text: "the file is not a PEM certificate" },
    ],
])("a certificate %s", (_, certificate, days, expected) => {
    const result = checkCertificate(certificate, now + days * DAY_MS);
    const { advice, ...rest } = expected as { advice?: string | RegExp };
    expect(result).toMatchObject(rest);
    if (advice === undefined) expect(result.kind === "works" ? result.advice : undefined).toBeUndefined();
    else expect(result.advice).toMatch(advice);
});
