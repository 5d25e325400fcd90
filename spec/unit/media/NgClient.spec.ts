import { beforeEach, describe, expect, test } from "vitest";
import { NgClient } from "../../../lib/media/NgClient.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { ScriptedNg } from "../../support/ScriptedNg.ts";

const HOST = "engine";

describe("NgClient", () => {
    let clock: FakeClock;
    let ng: ScriptedNg;
    let client: NgClient;

    beforeEach(() => {
        clock = new FakeClock();
        ng = new ScriptedNg();
        client = new NgClient({ host: HOST, port: 1 }, { openSocket: ng.open, clock, timeoutMs: 1_000 });
    });

    test("resolves to the reply's body and leaves no timer", async () => {
        ng.script(HOST, () => ({ result: "ok", calls: ["a"] }));
        await expect(client.request("list", { limit: 3 })).resolves.toEqual({ result: "ok", calls: ["a"] });
        expect(ng.arrivals.map(({ body }) => body)).toEqual([{ command: "list", limit: 3 }]);
        expect(clock.pending).toBe(0);
    });

    test("repeats an unanswered request under the same cookie, ever more slowly, then gives up", async () => {
        const outcome = expect(client.request("ping")).rejects.toMatchObject({ kind: "timeout" });
        const counts = [0, 200, 400, 399, 1].map((ms) => {
            clock.advance(ms);
            return ng.arrivals.length;
        });
        expect(counts).toEqual([1, 2, 3, 3, 3]);
        expect(new Set(ng.arrivals.map(({ cookie }) => cookie)).size).toBe(1);
        await outcome;
        expect(clock.pending).toBe(0);
    });

    test("takes the reply to a repetition", async () => {
        const outcome = client.request("ping");
        ng.script(HOST, () => ({ result: "pong" }));
        clock.advance(200);
        await expect(outcome).resolves.toEqual({ result: "pong" });
    });

    test("asks each time under another cookie, and matches replies by it, in whatever order they come", async () => {
        const [first, second] = [client.request("ping"), client.request("ping")];
        const [one, two] = ng.arrivals.map(({ cookie }) => cookie);
        expect(one).not.toBe(two);
        ng.inject(`${two} {"result":"ok","n":2}`);
        ng.inject(`${one} {"result":"ok","n":1}`);
        await expect(first).resolves.toMatchObject({ n: 1 });
        await expect(second).resolves.toMatchObject({ n: 2 });
    });

    test("is not misled by what else comes in", async () => {
        const outcome = client.request("ping");
        const cookie = ng.arrivals[0]?.cookie ?? "";
        for (const datagram of [
            "",
            "x",
            'other {"result":"pong"}',
            `${cookie} {`,
            `${cookie} {"result":"who knows"}`,
        ]) {
            ng.inject(datagram);
        }
        ng.inject(`${cookie} {"result":"pong"}`);
        ng.inject(`${cookie} {"result":"error"}`);
        await expect(outcome).resolves.toEqual({ result: "pong" });
    });

    test.each([
        [
            { result: "error", "error-reason": "Unknown call-id" },
            { kind: "refused", meansUnknownCall: true },
        ],
        [
            { result: "error", "error-reason": "Failed to parse SDP" },
            { kind: "refused", meansUnknownCall: false },
        ],
        [
            { result: "load limit", message: "too many" },
            { kind: "loadLimit", meansUnknownCall: false },
        ],
    ])("rejects upon %j", async (reply, failure) => {
        ng.script(HOST, () => reply);
        await expect(client.request("query")).rejects.toMatchObject(failure);
    });

    test("when closed, gives up what is under way and takes nothing new", async () => {
        const outcome = expect(client.request("ping")).rejects.toMatchObject({ kind: "closed" });
        client.close();
        await outcome;
        await expect(client.request("ping")).rejects.toMatchObject({ kind: "closed" });
        expect(ng.closed).toBe(1);
        expect(ng.arrivals).toHaveLength(1);
        expect(clock.pending).toBe(0);
    });
});
