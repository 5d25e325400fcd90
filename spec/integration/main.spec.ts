import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../../lab/world/freePort.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../support/configFile.ts";
import { makeCertificates } from "../support/sip-server/testCertificates.ts";

const program = new URL("../../lib/main.ts", import.meta.url).pathname;

let folder: ConfigFolder;
beforeAll(() => {
    folder = new ConfigFolder();
    folder.write("config.yaml", stringify(MINIMAL_CONFIG));
    folder.write("bad.yaml", stringify({ ...MINIMAL_CONFIG, appservice: { port: "x" }, sip: { prot: 1 } }));
});
afterAll(() => folder.remove());

interface Outcome {
    readonly exitCode?: number | undefined;
    readonly stdout: string;
    readonly stderr: string;
}

async function run(...args: string[]): Promise<Outcome> {
    return await execa(process.execPath, [program, ...args], { cwd: folder.path, reject: false });
}

describe("matrix-appservice-sip", () => {
    it("explains itself", async () => {
        const { exitCode, stdout } = await run("--help");
        expect(exitCode).toBe(0);
        for (const option of ["--config", "--port", "--generate-registration", "--url", "--file", "check-config"]) {
            expect(stdout).toContain(option);
        }
    });

    it("tells its version", async () => {
        expect(await run("--version")).toMatchObject({
            exitCode: 0,
            stdout: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        });
    });

    it("says what a configuration amounts to", async () => {
        const { exitCode, stdout } = await run("check-config", "-c", "config.yaml", "-f", "none.yaml");
        expect(exitCode).toBe(0);
        expect(stdout).toMatch(
            /config\.yaml is right[^]*homeserver +http:\/\/127\.0\.0\.1:8008[^]*none\.yaml does not exist yet/,
        );
    });

    it.each([
        ["check-config", "-c", "bad.yaml"],
        ["-c", "bad.yaml"],
        ["-r", "-u", "http://a", "-c", "bad.yaml"],
    ])("tells all faults of a configuration and nothing else (%s %s)", async (...args) => {
        expect(await run(...args)).toMatchObject({
            exitCode: 2,
            stdout: "",
            stderr: expect.stringMatching(
                /^appservice\.port: must be an integer \(bad\.yaml\)\nsip\.prot: is not a known key; known are listen, .*, peers \(bad\.yaml\)$/,
            ) as string,
        });
    });

    it("makes a registration once, which goes with the configuration", async () => {
        expect(await run("-r", "-u", "http://127.0.0.1:9995", "-f", "made.yaml")).toMatchObject({ exitCode: 0 });
        const check = await run("check-config", "-f", "made.yaml");
        expect(check.stdout).toContain("made.yaml goes with it");
        const again = await run("-r", "-u", "http://127.0.0.1:9995", "-f", "made.yaml");
        expect(again).toMatchObject({
            exitCode: 2,
            stderr: expect.stringMatching(/^made\.yaml exists already/) as string,
        });
    });

    it.each<[args: readonly string[], complaint: RegExp]>([
        [["-c", "none.yaml"], /^none\.yaml does not exist$/],
        [["-f", "none.yaml"], /^none\.yaml does not exist$/],
        [["-r"], /^--generate-registration needs --url/],
        [["-r", "-u", "nowhere"], /It must be an http or https URL/],
        [["-p", "0"], /It must be from 1 to 65535/],
        [["-p", "x"], /It must be from 1 to 65535/],
        [["--prot", "1"], /unknown option '--prot'[^]*Did you mean --port/],
        [["chek-config"], /too many arguments/],
    ])("refuses %j in one line", async (args, complaint) => {
        const { exitCode, stdout, stderr } = await run(...args);
        expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
        expect(stderr).toMatch(complaint);
        expect(stderr).not.toMatch(/^ +at /m);
    });

    it("logs immediately that it starts and that the homeserver does not respond, and can be stopped then", async () => {
        const closedPort = await freePort();
        const config = {
            ...MINIMAL_CONFIG,
            homeserver: { ...MINIMAL_CONFIG.homeserver, url: `http://127.0.0.1:${closedPort}` },
            sip: {
                listen: [`tls:127.0.0.1:${await freePort()}`],
                tls: { certificate: "two-days.pem", key: "two-days.key" },
            },
        };
        const { ours } = makeCertificates({ ours: "DNS:bridge.example" });
        folder.write("two-days.pem", ours.certificate);
        folder.write("two-days.key", ours.key);
        folder.write("waiting.yaml", stringify(config));
        await run("-r", "-u", "http://127.0.0.1:1", "-c", "waiting.yaml", "-f", "waiting-registration.yaml");
        const args = ["-c", "waiting.yaml", "-f", "waiting-registration.yaml", "-p", String(await freePort())];
        const running = execa(process.execPath, [program, ...args], { cwd: folder.path, reject: false });
        for await (const line of running) {
            if (line.includes("homeserver not available yet")) running.kill("SIGTERM");
        }
        expect(await running).toMatchObject({
            exitCode: 0,
            stdout: expect.stringMatching(
                /^\S+ INFO +starting [^]*certificate of sip\.tls [^]*days left: 1[^]*stopped while starting +signal=SIGTERM$/,
            ) as string,
            // no warnings of Node's either
            stderr: "",
        });
    });
});
