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
    it("lists commands and options with --help", async () => {
        const { exitCode, stdout } = await run("--help");
        expect(exitCode).toBe(0);
        for (const option of ["--config", "--port", "--generate-registration", "--url", "--file", "check-config"]) {
            expect(stdout).toContain(option);
        }
    });

    it("prints nothing about a reader that has gone", async () => {
        const pipe = `{ "${process.execPath}" "${program}" --help; echo "exit code $?" >&2; } | true`;
        expect(await execa("sh", ["-c", pipe], { reject: false })).toMatchObject({ stderr: "exit code 0" });
    });

    it("tells its version", async () => {
        expect(await run("--version")).toMatchObject({
            exitCode: 0,
            stdout: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        });
    });

    it("prints one sentence if Node is too old, before it loads anything else", async () => {
        const old = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';
        const args = ["--import", `data:text/javascript,${old}`, program, "--help"];
        expect(await execa(process.execPath, args, { reject: false })).toMatchObject({
            exitCode: 2,
            stdout: "",
            stderr: expect.stringMatching(
                /^matrix-appservice-sip needs Node 22\.15 or newer, but this is Node 20\.20\.2; [^\n]*$/,
            ) as string,
        });
    });

    it("prints where a call goes, and fails if it is rejected", async () => {
        folder.write(
            "routed.yaml",
            stringify({
                ...MINIMAL_CONFIG,
                numbers: { defaultCountry: "GB", map: { "20??": "@ext{digits}:matrix.example" } },
            }),
        );
        const route = async (...args: readonly string[]) =>
            await run("check-config", "-c", "routed.yaml", "--route", ...args);
        expect(await route("2042")).toMatchObject({
            exitCode: 0,
            stdout: expect.stringContaining("reaches     @ext2042:matrix.example") as string,
        });
        expect(await route("3042")).toMatchObject({
            exitCode: 1,
            stdout: expect.stringContaining("rejected with 404: no entry of numbers.map matches") as string,
        });
    });

    it("prints all warnings and their number, then who can call in and who can call out", async () => {
        const { exitCode, stdout } = await run("check-config", "-c", "config.yaml", "-f", "none.yaml");
        expect(exitCode).toBe(0);
        expect(stdout).toMatch(
            /^Warning: .*\n\nNo errors in config\.yaml, 1 warning\.\nnone\.yaml does not exist; .*\n\nSettings:\n +homeserver +http:\/\/127\.0\.0\.1:8008[^]*\nWho can call in:\n[^]*\nWho can call out:\n/,
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
                /^appservice\.port: must be an integer \(bad\.yaml line \d+\)\nsip\.prot: is not a known key; known are listen, .*, peers \(bad\.yaml line \d+\)$/,
            ) as string,
        });
    });

    it("makes a registration once, which goes with the configuration", async () => {
        expect(await run("-r", "-u", "http://127.0.0.1:9995", "-f", "made.yaml")).toMatchObject({ exitCode: 0 });
        const check = await run("check-config", "-f", "made.yaml");
        expect(check.stdout).toContain("made.yaml matches config.yaml");
        const again = await run("-r", "-u", "http://127.0.0.1:9995", "-f", "made.yaml");
        expect(again).toMatchObject({
            exitCode: 2,
            stderr: expect.stringMatching(/^made\.yaml exists already/) as string,
        });
    });

    it.each<[args: readonly string[], complaint: RegExp]>([
        [["-c", "none.yaml"], /^none\.yaml does not exist; copy config\.sample\.yaml to it/],
        [["-f", "none.yaml"], /^none\.yaml does not exist; create it with --generate-registration/],
        [["-r"], /^--generate-registration needs --url/],
        [["-r", "-u", "nowhere"], /It must be an http or https URL/],
        [["-p", "0"], /It must be from 1 to 65535/],
        [["-p", "x"], /It must be from 1 to 65535/],
        [["--prot", "1"], /unknown option '--prot'[^]*Did you mean --port/],
        [["chek-config"], /unknown command chek-config; did you mean check-config\? --help lists/],
        [["foo"], /unknown command foo; --help lists all commands and options$/],
        [["check-config", "--route", "2001", "--as", "alice"], /--as: alice is not a Matrix user/],
    ])("refuses %j in one line", async (args, complaint) => {
        const { exitCode, stdout, stderr } = await run(...args);
        expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
        expect(stderr).toMatch(complaint);
        expect(stderr).not.toMatch(/^ +at /m);
    });

    it("ends with an error if the folder of its files cannot be created, and does not hang", async () => {
        // mkdir of Node with recursive never returns for it
        folder.write("proc.yaml", stringify({ ...MINIMAL_CONFIG, store: { path: "/proc/nope" } }));
        await run("-r", "-u", "http://127.0.0.1:1", "-c", "proc.yaml", "-f", "proc-registration.yaml");
        expect(await run("-c", "proc.yaml", "-f", "proc-registration.yaml")).toMatchObject({
            exitCode: 1,
            stderr: expect.stringMatching(/\/proc\/nope[^]*ENOENT/) as string,
        });
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
