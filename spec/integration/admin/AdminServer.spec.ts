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
        ["/v1/map", { method: "POST", body: "{" }, 400],
        ["/v1/map", { method: "POST", body: "x".repeat(20_000) }, 400],
    ])("answers %s %j with %i", async (path, init, status) => {
        expect((await ask(path, init)).status).toBe(status);
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

    it("says what is wrong with a command without asking the bridge", async () => {
        expect(await give(["verson"])).toEqual({
            done: false,
            output: 'There is no command "verson". Did you mean version?',
        });
    });
});
