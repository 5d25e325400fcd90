import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { giveCommand } from "../../../lib/admin/adminClient.ts";
import { ALL_COMMANDS } from "../../../lib/admin/allCommands.ts";
import { CommandRunner } from "../../../lib/admin/CommandRunner.ts";
import { CommandTable } from "../../../lib/admin/CommandTable.ts";
import { AdminServer } from "../../../lib/admin/http/AdminServer.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { aFakeAdministration } from "../../support/aFakeAdministration.ts";
import { KeptLog } from "../../support/quiet.ts";

const token = "correct horse";
const commands = new CommandTable(ALL_COMMANDS);
const administration = aFakeAdministration();
const log = new KeptLog();
const runner = new CommandRunner({ commands, administration, clock: systemClock, log });
const server = new AdminServer({ commands, runner, administration, token, log });
let port: number;

beforeAll(async () => (port = await server.listen("127.0.0.1", 0)));
afterAll(() => server.close());

async function ask(path: string, init: RequestInit = {}, given = token) {
    const headers = { Authorization: `Bearer ${given}` };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("the HTTP API", () => {
    it.each(["", "wrong", "correct hors", `${token}x`])("rejects the token %j", async (given) => {
        expect((await ask("/v1/status", {}, given)).status).toBe(401);
    });

    it("carries out commands", async () => {
        expect(await ask("/v1/version")).toMatchObject({ status: 200, body: { data: { version: "1.2.3" } } });
        const body = JSON.stringify({ number: "+442071838750", user: "@bob:matrix.example" });
        expect((await ask("/v1/map", { method: "POST", body })).status).toBe(200);
        expect((await ask("/v1/changes")).body).toMatchObject({ data: [{ kind: "map", by: "http" }] });
    });

    it.each<[string, RequestInit, number]>([
        ["/v1/nothing", {}, 404],
        ["/v1/drain", {}, 405],
        ["/v1/number?number=x", {}, 422],
        ["/v1/number?what=x", {}, 422],
        ["/v1/number?number=", {}, 422],
        ["/v1/map", { method: "POST", body: "{" }, 400],
        ["/v1/map", { method: "POST", body: "[]" }, 400],
        ["/v1/map", { method: "POST", body: '{"number":{}}' }, 400],
        ["/v1/map", { method: "POST", body: '{"number":null}' }, 400],
        ["/v1/map", { method: "POST", body: '{"__proto__":"x"}' }, 422],
        ["/v1/map", { method: "POST", body: "x".repeat(2_000_000) }, 413],
        ["/v1", { method: "POST" }, 405],
        ["/v1/overview", { method: "DELETE" }, 405],
        ["/v1/number", { method: "PUT", body: "{}" }, 405],
        ["/v1/constructor", {}, 404],
        ["/v1/../etc/passwd", {}, 404],
        ["/metrics", {}, 404],
        ["//", {}, 400],
    ])("answers %s %j with %i", async (path, init, status) => {
        expect((await ask(path, init)).status).toBe(status);
    });

    it("names the methods of a path, and answers HEAD as GET without a body", async () => {
        const headers = { Authorization: `Bearer ${token}` };
        const of = async (path: string, method: string) => {
            const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
            return [response.status, response.headers.get("allow"), await response.text()];
        };
        expect(await of("/v1/drain", "GET")).toMatchObject([405, "POST, OPTIONS", expect.stringContaining("use POST")]);
        expect(await of("/v1/drain", "OPTIONS")).toEqual([204, "POST, OPTIONS", ""]);
        expect(await of("/v1/status", "OPTIONS")).toEqual([204, "GET, POST, HEAD, OPTIONS", ""]);
        expect(await of("/health", "HEAD")).toEqual([200, null, ""]);
        expect(await of("/v1/status", "HEAD")).toEqual([200, null, ""]);
    });

    it("limits how fast tokens can be tried, and logs it once", async () => {
        const before = performance.now();
        await ask("/v1/status", {}, "wrong");
        expect(performance.now() - before).toBeGreaterThan(400);
        expect(log.lines).toEqual(["warn: HTTP administration rejected: wrong token"]);
    });

    it("describes every command in its OpenAPI document", async () => {
        const { body } = await ask("/v1");
        expect(Object.keys(body["paths"] as object)).toHaveLength(ALL_COMMANDS.length);
    });

    it("serves health, readiness and the empty page without a token", async () => {
        expect(await ask("/health", {}, "")).toMatchObject({ status: 200, body: { ready: true } });
        administration.service.drain();
        expect(await ask("/ready", {}, "")).toMatchObject({
            status: 503,
            body: { reasons: [expect.stringContaining("draining")] },
        });
        administration.service.resume();
        const page = await fetch(`http://127.0.0.1:${port}/`);
        expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
        expect(await page.text()).not.toMatch(/(?:src|href)="http/);
    });
});

function closed(other: Server): Promise<void> {
    return new Promise((resolve) => {
        other.close(() => resolve());
        other.closeAllConnections();
    });
}

describe("matrix-appservice-sip admin", () => {
    const give = (words: readonly string[], format: "text" | "json" = "text") =>
        giveCommand(words, commands, { host: "127.0.0.1", port, token }, format);

    it("prints answers as text and as JSON", async () => {
        expect(await give(["version"])).toMatchObject({
            done: true,
            output: expect.stringContaining("Version: 1.2.3") as string,
        });
        expect(JSON.parse((await give(["version"], "json")).output)).toMatchObject({ data: { version: "1.2.3" } });
        expect(await give(["unmap", "+15551234"])).toMatchObject({ done: false });
    });

    it.each([
        ["is not there", "refused", "the bridge does not respond at 127.0.0.1:"],
        ["has another token", "other token", "has another token; restart it after a change of admin.token"],
        ["is another program", "other program", "another program responds at 127.0.0.1:"],
    ] as const)("says what to do if the bridge %s", async (_, kind, message) => {
        const other = createServer((_request, response) => response.end("<html>"));
        await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
        const { port: otherPort } = other.address() as AddressInfo;
        if (kind === "refused") await closed(other);
        const endpoint = {
            host: "127.0.0.1",
            port: kind === "other token" ? port : otherPort,
            token: kind === "other token" ? "other" : token,
        };
        await expect(giveCommand(["version"], commands, endpoint, "text")).rejects.toThrow(message);
        if (kind !== "refused") await closed(other);
    });

    it("says what is wrong with a command without asking the bridge, also as JSON", async () => {
        expect(await give(["verson"])).toEqual({
            done: false,
            output: 'There is no command "verson". Did you mean version?',
        });
        expect(JSON.parse((await give(["verson"], "json")).output)).toEqual({
            error: 'There is no command "verson".',
            advice: "Did you mean version?",
        });
    });

    it("passes words on as the shell separated them", async () => {
        const { done, output } = await give(["number", 'a "b c']);
        expect([done, output]).toEqual([false, expect.stringContaining('a "b c')]);
    });

    it("asks for arguments that are missing or empty", async () => {
        expect((await give(["number", ""])).output).toContain("number needs number");
    });
});
