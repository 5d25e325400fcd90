import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { tlsFileFaults, type TlsFiles } from "../../../lib/config/tlsFileFaults.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

const { ca, ours, others } = makeCertificates({ ours: "DNS:bridge.example", others: "DNS:others.example" });
const locked = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-128-cbc", passphrase: "x" },
}).privateKey;

const noCertificate = "must be a file of PEM certificates";
const noKey = "must be a file with a PEM private key that has no passphrase";

test.each<[what: string, files: TlsFiles, faults: ReturnType<typeof tlsFileFaults>]>([
    ["nothing at all", {}, []],
    ["authorities alone", { caCertificates: ca }, []],
    ["a certificate with its key", { ...ours, caCertificates: ca }, []],
    ["a chain", { certificate: `${ours.certificate}${ca}`, key: ours.key }, []],
    [
        "another's key",
        { ...ours, key: others.key },
        [["key", "must be the key that sip.tls.certificate was made with"]],
    ],
    ["a key with a passphrase", { ...ours, key: locked }, [["key", noKey]]],
    [
        "no PEM",
        { certificate: "x", key: "y", caCertificates: "" },
        [
            ["certificate", noCertificate],
            ["caCertificates", noCertificate],
            ["key", noKey],
        ],
    ],
    [
        "files the wrong way round",
        { certificate: ours.key, key: ours.certificate },
        [
            ["certificate", noCertificate],
            ["key", noKey],
        ],
    ],
])("%s", (_, files, faults) => {
    expect(tlsFileFaults(files)).toEqual(faults);
});
