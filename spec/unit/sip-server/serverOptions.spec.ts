import { createPrivateKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readServerOptions } from "../../../lib/sip-server/serverOptions.ts";
import type { ServerOptions } from "../../../lib/sip-server/serverOptions.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

const { ca, ours, other } = makeCertificates({ ours: "DNS:sip.example.com", other: "DNS:sip.example.net" });
const lockedKey = createPrivateKey(ours.key).export({
    ...{ type: "pkcs8", format: "pem" },
    ...{ cipher: "aes-256-cbc", passphrase: "secret" },
});
const files: Readonly<Record<string, string>> = {
    "/secret": "  from-file\n",
    "/cert": ours.certificate,
    "/key": ours.key,
    "/other-key": other.key,
    "/locked-key": lockedKey.toString(),
    "/ca": ca,
    "/garbage": "-----BEGIN CERTIFICATE-----\ngarbage\n",
    "/hosts": "127.0.0.1 pbx",
};

function read(argv: readonly string[], secretOfEnvironment?: string) {
    return readServerOptions({
        argv,
        secretOfEnvironment,
        readFile: (path) => {
            const text = files[path];
            if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
            return text;
        },
    });
}

function options(...argv: string[]): ServerOptions {
    const result = read(argv, "s3cret");
    if (result.kind !== "options") throw new Error(JSON.stringify(result));
    return result.options;
}

describe("readServerOptions", () => {
    it("needs nothing but a secret", () => {
        expect(options()).toMatchObject({
            control: { host: "127.0.0.1", port: 9022 },
            secret: "s3cret",
            sip: [
                { protocol: "udp", address: "0.0.0.0", port: 5060 },
                { protocol: "tcp", address: "0.0.0.0", port: 5060 },
            ],
            unknownPeers: "answer",
            metrics: null,
            maxCalls: null,
        });
    });

    it.each([
        [[], "answer"],
        [["--trust", "192.0.2.0/24"], "drop"],
        [["--trust", "192.0.2.0/24", "--unknown-peers", "answer"], "answer"],
        [["--unknown-peers", "drop"], "drop"],
    ] as const)("drops unknown peers by default as soon as a network is trusted: %j", (argv, unknownPeers) => {
        expect(options(...argv).unknownPeers).toBe(unknownPeers);
    });

    it.each([
        ["127.0.0.1:5070", { protocol: "udp", address: "127.0.0.1", port: 5070 }],
        ["tcp/127.0.0.1:0", { protocol: "tcp", address: "127.0.0.1", port: 0 }],
        ["ws/[::1]:8080", { protocol: "ws", address: "::1", port: 8080 }],
    ])("reads the binding %s", (text, binding) => {
        expect(options("--sip", text).sip).toEqual([binding]);
    });

    it("advertises a name to both families", () => {
        const { sip } = options("--sip", "udp/0.0.0.0:1", "--sip", "udp/[::]:2", "--advertise", "SIP.example");
        expect(sip.map(({ advertised }) => advertised)).toEqual([{ host: "sip.example" }, { host: "sip.example" }]);
    });

    it("keeps the order of several bindings and advertises an address to its family only", () => {
        const { sip } = options("--sip", "udp/0.0.0.0:1", "--sip", "udp/[::]:2", "--advertise", "203.0.113.5");
        expect(sip).toEqual([
            { protocol: "udp", address: "0.0.0.0", port: 1, advertised: { host: "203.0.113.5" } },
            { protocol: "udp", address: "::", port: 2 },
        ]);
    });

    it.each([
        ["--secret", ["--secret", "clear", "--secret-file", "/secret"], "clear"],
        ["--secret-file", ["--secret-file", "/secret"], "from-file"],
        ["the environment", [], "from-env"],
    ])("takes the secret from %s", (_what, argv, secret) => {
        expect(read(argv, "from-env")).toMatchObject({ kind: "options", options: { secret } });
    });

    it("reads the files it is given", () => {
        const { tls, hosts } = options(
            "--sip",
            "tls/127.0.0.1:5061",
            "--tls-cert",
            "/cert",
            "--tls-key",
            "/key",
            "--hosts",
            "/hosts",
        );
        expect(tls).toMatchObject({ certificate: ours.certificate, key: ours.key, allowUnverifiedServers: false });
        expect(hosts).toBe("127.0.0.1 pbx");
    });

    it.each([
        ["an unknown option", ["--dance"], "unknown option '--dance'"],
        ["a stray word", ["dance"], "too many arguments"],
        ["a binding without port", ["--sip", "udp/127.0.0.1"], "--sip"],
        ["a binding to a name", ["--sip", "udp/localhost:5060"], "Expected an IP address."],
        ["an unknown transport", ["--sip", "sctp/127.0.0.1:5060"], "--sip"],
        ["a port too high", ["--control", "127.0.0.1:65536"], "--control"],
        ["a network too narrow", ["--trust", "10.0.0.0/33"], "Expected an IP address or CIDR network."],
        ["a network with two lengths", ["--trust", "10.0.0.0/8/9"], "Expected an IP address or CIDR network."],
        ["no calls at all", ["--max-calls", "0"], "Expected a whole number from 1."],
        ["an unknown verdict", ["--unknown-peers", "hug"], "Allowed choices are answer, drop."],
        [
            "TLS without certificate",
            ["--sip", "tls/127.0.0.1:5061"],
            "tls and wss bindings need --tls-cert and --tls-key",
        ],
        ["a missing file", ["--hosts", "/none"], "--hosts: ENOENT: no such file or directory, open '/none'"],
        ["a secret that would break frames", ["--secret", "a|b"], "which the control protocol cannot transport"],
    ])("refuses %s in one line", (_what, argv, message) => {
        const result = read(argv, "s3cret");
        expect(result).toMatchObject({ kind: "bad", message: expect.stringContaining(message) as string });
        expect(JSON.stringify(result)).not.toMatch(/\\n/);
    });

    it.each([
        ["--tls-cert: no certificate in PEM form", "/garbage", "/key", "/ca"],
        ["--tls-cert: no certificate in PEM form", "/key", "/key", "/ca"],
        ["--tls-key: no private key in PEM form", "/cert", "/garbage", "/ca"],
        ["--tls-key: protected by a passphrase", "/cert", "/locked-key", "/ca"],
        ["--tls-key: not the key of the certificate", "/cert", "/other-key", "/ca"],
        ["--tls-ca: no certificate in PEM form", "/cert", "/key", "/garbage"],
    ])("names the file that cannot be used: %s", (message, cert, key, authorities) => {
        const argv = ["--tls-cert", cert, "--tls-key", key, "--tls-ca", authorities];
        const result = read(argv, "s3cret");
        expect(result).toEqual({ kind: "bad", message: expect.stringContaining(message) as string });
        expect(JSON.stringify(result)).not.toMatch(/\\n/);
    });

    it("refuses to start without a secret", () => {
        expect(read([])).toMatchObject({ kind: "bad", message: expect.stringContaining("no secret") as string });
        expect(read([], "")).toMatchObject({ kind: "bad" });
    });
});
