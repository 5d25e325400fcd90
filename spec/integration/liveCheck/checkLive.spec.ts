import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { Secret } from "../../../lib/config/Secret.ts";
import type { Config } from "../../../lib/config/Config.generated.ts";
import { probeDigitReports } from "../../../lib/liveCheck/probeDigitReports.ts";
import { probeDrachtio } from "../../../lib/liveCheck/probeDrachtio.ts";
import { probeHomeserver } from "../../../lib/liveCheck/probeHomeserver.ts";
import { probeRtpengine } from "../../../lib/liveCheck/probeRtpengine.ts";
import { freePort, loopback } from "../../../lab/world/freePort.ts";
import { makeRunDirectory } from "../../../lab/labFolder.ts";
import { Rtpengine } from "../../../lab/world/Rtpengine.ts";
import type { Synapse } from "../../../lab/world/Synapse.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";
import { assembleForSpec } from "../../support/matrix/bridgeWorld.ts";
import {
    SERVER,
    startSynapse,
    writeRegistrationFile,
    type RegistrationFile,
} from "../../support/matrix/matrixWorld.ts";
import { composeResponse } from "../../../lib/sip-server/transaction/composeResponse.ts";
import { SipServerProcess } from "../../support/sip-server/SipServerProcess.ts";
import { makeCertificates, type TestCertificate } from "../../support/sip-server/testCertificates.ts";
import { openParty } from "../../support/sip-server/transportParty.ts";

const program = new URL("../../../lib/main.ts", import.meta.url).pathname;

let file: RegistrationFile;
let synapse: Synapse;
let engine: Rtpengine;
beforeAll(async () => {
    file = await writeRegistrationFile();
    [synapse, engine] = await Promise.all([startSynapse([file]), Rtpengine.start()]);
});
afterAll(async () => {
    await Promise.all([synapse.stop(), engine.stop()]);
});

async function homeserver(
    changes: {
        readonly asToken?: string;
        readonly hsToken?: string;
        readonly url?: string;
        readonly domain?: string;
    } = {},
) {
    const { registration, port } = file;
    const { url = synapse.url, domain = SERVER, ...tokens } = changes;
    const { asToken, hsToken, ...rest } = { ...registration, ...tokens };
    return await probeHomeserver({
        url,
        domain,
        registration: {
            ...rest,
            asToken: new Secret(asToken),
            hsToken: new Secret(hsToken),
            covers: () => false,
            warnings: [],
        },
        listen: { host: loopback, port },
    });
}

const ok = { result: { kind: "works" } };
const fails = (text: RegExp, advice = /./) => ({
    result: {
        kind: "fails",
        text: expect.stringMatching(text) as string,
        advice: expect.stringMatching(advice) as string,
    },
});

describe("the homeserver", () => {
    test("is there, knows us and reaches us, the bridge running or not", async () => {
        expect(await homeserver()).toMatchObject([
            {
                tried: `versions, ${synapse.url}`,
                result: { kind: "works", text: expect.stringMatching(/^Matrix v1/) as string },
            },
            { result: { kind: "works", text: `@bridge-under-test-bot:${SERVER}` } },
            { result: { kind: "works", text: "the homeserver reaches this machine" } },
        ]);
        const bridge = assembleForSpec(synapse.url, file);
        await bridge.side.start();
        try {
            expect(await homeserver()).toMatchObject([
                ok,
                ok,
                { result: { kind: "works", text: "the homeserver reaches the bridge" } },
            ]);
        } finally {
            await bridge.side.stop();
        }
    });

    test("does not know another as_token", async () => {
        expect(await homeserver({ asToken: "wrong" })).toMatchObject([
            ok,
            fails(/^token rejected$/, /as_token is the same in both copies/),
            fails(/M_UNKNOWN_TOKEN/),
        ]);
    });

    test("reaches us with another hs_token", async () => {
        expect(await homeserver({ hsToken: "wrong" })).toMatchObject([
            ok,
            ok,
            fails(/M_BAD_STATUS/, /another hs_token/),
        ]);
    });

    test("has another name than the configuration says", async () => {
        expect(await homeserver({ domain: "other.example" })).toMatchObject([
            ok,
            fails(/^the token belongs to @bridge-under-test-bot:matrix.example/, /homeserver.domain/),
            ok,
        ]);
    });

    test("is not there", async () => {
        const url = `http://${loopback}:${await freePort()}`;
        expect(await homeserver({ url })).toMatchObject([
            fails(/^no response \(ECONNREFUSED\)$/, /homeserver\.url/),
            fails(/^no response/),
            fails(/^no response/),
        ]);
    });
});

describe("rtpengine", () => {
    test("answers a ping", async () => {
        expect(await probeRtpengine({ host: loopback, port: engine.ngPort }, 2_000)).toMatchObject({
            result: { kind: "works", text: "pong" },
        });
    });

    test("never responds, or has an unknown host name", async () => {
        const port = await freePort();
        expect(await probeRtpengine({ host: loopback, port }, 300)).toMatchObject(fails(/^no response$/));
        expect(await probeRtpengine({ host: "nowhere.invalid", port }, 300)).toMatchObject(
            fails(/^no address for nowhere.invalid$/),
        );
    });
});

describe("rtpengine's reports of DTMF digits", () => {
    const folder = new ConfigFolder();
    afterAll(() => folder.remove());

    function configOf({ ngPort, dtmfReports, dtmf }: { ngPort: number; dtmfReports?: string; dtmf?: string }): Config {
        return folder.load({
            ...MINIMAL_CONFIG,
            media: { rtpengine: [`${loopback}:${ngPort}`], timeoutMs: 300, ...(dtmfReports && { dtmfReports }) },
            trunks: [{ name: "carrier", address: "192.0.2.1", ...(dtmf && { dtmf }) }],
        });
    }

    test("work if rtpengine sends them to the bridge, and fail if it does not", async () => {
        const listen = `${loopback}:${await freePort()}`;
        const reporting = await Rtpengine.start([`--dtmf-log-dest=${listen}`]);
        const probe = async (ngPort: number) => await probeDigitReports(configOf({ ngPort, dtmfReports: listen }));
        expect(await probe(reporting.ngPort)).toMatchObject([{ result: { kind: "works", text: "digit reported" } }]);
        expect(await probe(engine.ngPort)).toMatchObject([
            fails(/^no digit reported$/, /dtmf-log-dest = 127\.0\.0\.1/),
        ]);
        await reporting.stop();
        expect(await probe(reporting.ngPort)).toEqual([]);
    });

    test("are missed if a trunk receives digits by SIP INFO and no reports are configured", async () => {
        const { ngPort } = engine;
        expect(await probeDigitReports(configOf({ ngPort }))).toEqual([]);
        expect(await probeDigitReports(configOf({ ngPort, dtmf: "info" }))).toMatchObject([
            { result: { kind: "works", text: expect.stringContaining("do not reach carrier") as string, advice: /./ } },
        ]);
    });
});

test("a SIP server of its own is shown the secret, and asked for no calls", async () => {
    const [server, { control }] = await SipServerProcess.start();
    try {
        expect(await probeDrachtio({ ...control, secret: SipServerProcess.secret })).toMatchObject(ok);
        expect(await probeDrachtio({ ...control, secret: "wrong" })).toMatchObject(fails(/^secret rejected$/));
    } finally {
        server.child.kill();
    }
    const port = await freePort();
    expect(await probeDrachtio({ host: loopback, port, secret: "x" })).toMatchObject(fails(/^connection refused/));
});

describe("check-config --live", () => {
    async function check(
        config: object,
        command: readonly string[] = ["check-config", "--live"],
    ): Promise<{ exitCode?: number | undefined; stdout: string }> {
        const folder = makeRunDirectory("live-check");
        writeFileSync(join(folder, "config.yaml"), stringify(config));
        const args = [...command, "-f", file.path, "-p", String(file.port)];
        return await execa(process.execPath, [program, ...args], { cwd: folder, reject: false });
    }

    test("prints what works, and exits with 0 only if all of it does", async () => {
        const [trunk, { sip }] = await SipServerProcess.start();
        const udp = sip.find(({ transport }) => transport === "udp");
        const config = {
            homeserver: { url: synapse.url, domain: SERVER },
            media: { rtpengine: [`${loopback}:${engine.ngPort}`] },
            trunks: [{ name: "carrier", address: `${loopback}:${udp?.port ?? 0}` }],
        };
        try {
            const works = await check(config);
            expect(works.stdout).toMatch(/^what +tried +result +ms +what to do\nhomeserver +versions.* ok: Matrix v1/m);
            expect(works.stdout).toMatch(
                /^rtpengine +addresses for audio, ng offer, udp .* ok: SIP 127\.0\.0\.1; Matrix 127/m,
            );
            expect(works.stdout).toMatch(/^No errors\.$/m);
            expect(works.stdout).toMatch(/^trunk carrier +OPTIONS, udp .* ok: 200 OK/m);
            expect(works.exitCode).toBe(0);
            const nowhere = { name: "nowhere", address: "nowhere.invalid" };
            const fails = await check({ ...config, trunks: [...config.trunks, nowhere] });
            expect(fails.stdout).toMatch(/^1 error\.$/m);
            expect(fails.stdout).toMatch(/^trunk nowhere +name nowhere.invalid +FAILED: no address.* check address/m);
            expect(fails.exitCode).toBe(1);
            const doctor = await check(config, ["doctor", "--json"]);
            expect(doctor.exitCode).toBe(0);
            const part = (name: string, kind: string): unknown =>
                expect.objectContaining({ part: name, kind, ms: expect.any(Number) as number });
            expect(JSON.parse(doctor.stdout)).toMatchObject({
                works: true,
                findings: expect.arrayContaining([
                    part("homeserver", "works"),
                    part("trunk carrier", "works"),
                ]) as unknown,
            });
            const ill = await check({ ...config, trunks: [...config.trunks, nowhere] }, ["doctor", "--json"]);
            expect(ill.exitCode).toBe(1);
            expect(JSON.parse(ill.stdout)).toMatchObject({ works: false });
        } finally {
            trunk.child.kill();
        }
    });

    test("verifies trunks as the SIP server will, and looks at the certificate the bridge shows", async () => {
        const certificates = makeCertificates(
            { trunk: "DNS:trunk.example", ours: "DNS:bridge.example", old: "DNS:bridge.example" },
            { ours: 90, old: -1 },
        );
        const party = await openParty(["tls"], {
            tls: { ...certificates.trunk, allowUnverifiedServers: true, requireClientCertificate: false },
        });
        party.layer.onMessage((message, flow) => {
            if (message.kind !== "request") return;
            void party.layer.respond(composeResponse(message, { status: 200, toTag: "t" }), flow);
        });
        const files = makeRunDirectory("live-check-tls");
        const file = (name: string, text: string): string => {
            writeFileSync(join(files, name), text);
            return join(files, name);
        };
        const caCertificates = file("authorities.pem", certificates.ca);
        const shows = ({ certificate, key }: TestCertificate, name: string) => ({
            tls: { caCertificates, certificate: file(`${name}.pem`, certificate), key: file(`${name}.key`, key) },
            hostsFile: file("hosts", "127.0.0.1 trunk.example"),
        });
        const config = {
            homeserver: { url: synapse.url, domain: SERVER },
            media: { rtpengine: [`${loopback}:${engine.ngPort}`] },
            trunks: [{ name: "pbx", address: `trunk.example:${party.target("tls").port}`, transport: "tls" }],
        };
        const works = await check({ ...config, sip: shows(certificates.ours, "ours") });
        expect(works.stdout).toMatch(/^SIP server +certificate, sip.tls +ok: bridge.example, until 20/m);
        expect(works.stdout).toMatch(/^trunk pbx +OPTIONS, tls 127.0.0.1:\d+ \(trunk.example\) +ok: 200 OK/m);
        expect(works.exitCode).toBe(0);
        const fails = await check({ ...config, sip: shows(certificates.old, "old") });
        expect(fails.stdout).toMatch(
            /^SIP server +certificate, sip.tls +FAILED: the certificate expired on 20.* renew the certificate$/m,
        );
        expect(fails.exitCode).toBe(1);
    });
});
