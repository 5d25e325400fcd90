import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeRunDirectory, projectRoot } from "../../../lab/labFolder.ts";
import { freePort } from "../../../lab/world/freePort.ts";
import { LabProcess } from "../../../lab/world/LabProcess.ts";
import { SipServerProcess } from "../../support/sip-server/SipServerProcess.ts";

/** Runs a command to its end. */
async function ran(program: string, args: readonly string[], env: Record<string, string> = {}) {
    const running = LabProcess.start({
        name: "spec",
        command: process.execPath,
        args: [join(projectRoot, program), ...args],
        directory: makeRunDirectory("spec"),
        env,
    });
    onTestFinished(() => running.stop());
    const { code } = await running.exited;
    return { code, said: running.log().trim() };
}

const commands = [
    { program: "bench/main.ts", options: ["--json", "--rate", "--seconds", "--standing"], figure: "--standing" },
    { program: "bench/sipMain.ts", options: ["--json", "--rate", "--seconds", "--sip", "DRACHTIO"], figure: "--rate" },
    { program: "bench/soakMain.ts", options: ["--minutes", "--rate", "--loss"], figure: "--loss" },
    { program: "lab/fuzz.ts", options: ["--seconds", "--seed"], figure: "--seed" },
];

test.each(commands)("$program says what it takes", async ({ program, options }) => {
    const { code, said } = await ran(program, ["--help"]);
    expect(code).toBe(0);
    for (const option of options) expect(said).toContain(option);
});

test.each(commands)("$program names what it does not take", async ({ program, figure }) => {
    expect(await ran(program, ["--bogus"])).toEqual({ code: 2, said: "error: unknown option '--bogus'" });
    const { code, said } = await ran(program, [`${figure}=-1`]);
    expect(code).toBe(2);
    expect(said).toMatch(new RegExp(`^error: option '${figure} <\\w+>' argument '-1' is invalid. It must be `));
});

test.each(["nonsense", "127.0.0.1:9022", "127.0.0.1:port:secret", "127.0.0.1:99999:secret"])(
    "the bench of SIP servers wants DRACHTIO in its form, not %s",
    async (DRACHTIO) => {
        const { code, said } = await ran("bench/sipMain.ts", [], { DRACHTIO });
        expect({ code, said }).toEqual({ code: 2, said: "error: DRACHTIO must be host:port:secret" });
    },
);

test("the bench of SIP servers wants the other one's SIP address in its form", async () => {
    const { code, said } = await ran("bench/sipMain.ts", ["--sip", "5060"]);
    expect(code).toBe(2);
    expect(said).toBe("error: option '--sip <address>' argument '5060' is invalid. It must be host:port.");
});

test("the bench of SIP servers reports immediately that the other server is down or has another secret", async () => {
    const port = await freePort();
    const absent = await ran("bench/sipMain.ts", [], { DRACHTIO: `127.0.0.1:${port}:s3cret` });
    expect(absent).toEqual({
        code: 1,
        said: `error: the server at 127.0.0.1:${port} cannot be measured: connection refused: no program listens on this port`,
    });
    const [server, { control }] = await SipServerProcess.start();
    onTestFinished(() => server.stop().then(() => undefined));
    const refused = await ran("bench/sipMain.ts", [], { DRACHTIO: `127.0.0.1:${control.port}:wrong` });
    expect(refused).toEqual({
        code: 1,
        said: `error: the server at 127.0.0.1:${control.port} cannot be measured: secret rejected`,
    });
});

test("the bench of SIP servers compares both in a table, and as JSON in its last line", async () => {
    const [server, { control }] = await SipServerProcess.start();
    onTestFinished(() => server.stop().then(() => undefined));
    const DRACHTIO = `127.0.0.1:${control.port}:${SipServerProcess.secret}`;
    const { code, said } = await ran("bench/sipMain.ts", ["--json", "--rate", "5", "--seconds", "2"], { DRACHTIO });
    expect(code).toBe(0);
    const figures = { callsPerSecond: expect.any(Number) as number, retransmissions: 0, failed: 0 };
    const measured = { ...figures, cpuMsPerCall: expect.any(Number) as number };
    expect(JSON.parse(said.split("\n").at(-1) ?? "")).toEqual({
        embedded: measured,
        external: measured,
        ratio: expect.any(Number) as number,
    });
});
