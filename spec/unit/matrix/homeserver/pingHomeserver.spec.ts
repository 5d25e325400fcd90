import { describe, expect, it } from "vitest";
import type { SendRequest } from "../../../../lib/matrix/homeserver/HomeserverRequest.ts";
import { HomeserverError, type HomeserverReply } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import { explainPing, findDeliveryFault, pingHomeserver } from "../../../../lib/matrix/homeserver/pingHomeserver.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";

const registration = { id: "sip", url: "http://bridge:1", asToken: "a", hsToken: "h", senderLocalpart: "bot" };
const homeserverUrl = "http://hs:8008";

it.each([
    [{ status: 401, errcode: "M_UNKNOWN_TOKEN" }, "fatal", "http://hs:8008 does not know the as_token"],
    [{ status: 401, errcode: "M_MISSING_TOKEN" }, "fatal", "does not know the as_token"],
    [{ status: 403, errcode: "M_FORBIDDEN" }, "fatal", 'under another id than "sip"'],
    [{ status: 400, errcode: "M_URL_NOT_SET" }, "fatal", "has no url"],
    [{ status: 502, errcode: "M_BAD_STATUS", pingedStatus: 403 }, "fatal", "another hs_token"],
    [{ status: 502, errcode: "M_BAD_STATUS", pingedStatus: 401 }, "fatal", "another hs_token"],
    [{ status: 502, errcode: "M_BAD_STATUS", pingedStatus: 404 }, "fatal", "At http://bridge:1"],
    [{ status: 502, errcode: "M_CONNECTION_FAILED" }, "unreached", "cannot reach the bridge at http://bridge:1"],
    [{ status: 504, errcode: "M_CONNECTION_TIMEOUT" }, "unreached", "cannot reach the bridge at http://bridge:1"],
    [{}, "wait", "does not answer at http://hs:8008"],
    [{ status: 429, errcode: "M_LIMIT_EXCEEDED" }, "wait", "does not answer"],
    [{ status: 502 }, "wait", "does not answer"],
    [
        { status: 404 },
        "fatal",
        "No Matrix homeserver answers at http://hs:8008, the homeserver.url of the configuration (status 404)",
    ],
] as const)("explains %j", (reply, kind, words) => {
    const meaning = explainPing(reply, { homeserverUrl, registration });
    expect(meaning.kind).toBe(kind);
    expect(meaning).toHaveProperty("message", expect.stringContaining(words));
});

it("recognises a homeserver without the ping endpoint", () => {
    const reply = { status: 404, errcode: "M_UNRECOGNIZED" };
    expect(explainPing(reply, { homeserverUrl, registration })).toEqual({ kind: "unsupported" });
});

describe("findDeliveryFault", () => {
    /** Asks a homeserver that fails with each of these before it answers. */
    async function faultAfter(...replies: readonly HomeserverReply[]): Promise<string | undefined> {
        const left = [...replies];
        const clock = new FakeClock();
        const send: SendRequest = async () => {
            await Promise.resolve();
            const reply = left.shift();
            if (reply !== undefined) throw new HomeserverError("failed", reply);
            return { duration_ms: 1 };
        };
        const parts = { send, wasPinged: () => true, registration, homeserverUrl, clock };
        const found = findDeliveryFault(parts);
        for (let turn = 0; turn < 20; turn++) {
            await Promise.resolve();
            clock.advance(500);
        }
        return found;
    }
    const unreached = { status: 502, errcode: "M_CONNECTION_FAILED" };

    it.each<[string, readonly HomeserverReply[]]>([
        ["reaches the bridge", []],
        ["fails once on an old connection", [unreached]],
        ["does not support pings", [{ status: 404, errcode: "M_UNRECOGNIZED" }]],
        ["is not available", [{}, {}]],
    ])("finds none if the homeserver %s", async (_, replies) => {
        expect(await faultAfter(...replies)).toBeUndefined();
    });

    it("says why the homeserver does not deliver", async () => {
        expect(await faultAfter(unreached, unreached)).toContain("cannot reach the bridge at http://bridge:1");
        const refused = { status: 502, errcode: "M_BAD_STATUS", pingedStatus: 403 };
        expect(await faultAfter(refused, refused)).toContain("another hs_token");
    });
});

describe("pingHomeserver", () => {
    /** Pings a homeserver that fails with each of these before it answers. */
    async function ping(
        replies: readonly HomeserverReply[],
        startupTimeoutMs: number,
        said: {
            readonly pong?: object;
            readonly whoami?: object | HomeserverError;
            /** Whether the ping reached this bridge. */
            readonly reachesUs?: boolean;
        } = {},
    ) {
        const { pong = { duration_ms: 1 }, whoami = { user_id: "@bot:hs.example" }, reachesUs = true } = said;
        const received = new Set<unknown>();
        const clock = new FakeClock();
        const log = new KeptLog();
        const left = [...replies];
        let asked = 0;
        const send: SendRequest = async ({ path, body }) => {
            await Promise.resolve();
            if (path.endsWith("/whoami")) {
                if (whoami instanceof HomeserverError) throw whoami;
                return whoami;
            }
            asked += 1;
            const reply = left.shift();
            // the next pause passes once this attempt is over
            setImmediate(() => clock.advance(2_000));
            if (reply !== undefined) throw new HomeserverError("failed", reply);
            if (reachesUs) received.add(body?.["transaction_id"]);
            return pong;
        };
        const serverName = "hs.example";
        const outcome = await pingHomeserver({
            send,
            wasPinged: (transactionId) => received.has(transactionId),
            registration,
            homeserverUrl,
            serverName,
            clock,
            log,
            startupTimeoutMs,
        }).then(
            () => "reached",
            (reason: unknown) => reason,
        );
        return { outcome, asked, lines: log.lines };
    }

    it("waits for a homeserver that is not available yet", async () => {
        const { outcome, asked, lines } = await ping([{}, { status: 502 }], 60_000);
        expect([outcome, asked, lines.length]).toEqual(["reached", 3, 2]);
    });

    it("gives up after the startup timeout", async () => {
        const { outcome, asked } = await ping([{}, {}, {}, {}], 5_000);
        expect(outcome).toMatchObject({ name: "HomeserverUnavailable" });
        expect(asked).toBe(3);
    });

    it("fails immediately if waiting cannot help", async () => {
        const { outcome, asked } = await ping([{ status: 401, errcode: "M_UNKNOWN_TOKEN" }], 60_000);
        expect(outcome).toMatchObject({ name: "HomeserverUnavailable" });
        expect(asked).toBe(1);
    });

    it("repeats a ping that failed on the homeserver's old connection", async () => {
        const stale = { status: 502, errcode: "M_CONNECTION_FAILED" };
        expect(await ping([stale], 0)).toMatchObject({
            outcome: "reached",
            asked: 2,
            lines: [],
        });
        const { outcome, asked } = await ping([stale, stale, stale, stale, stale, stale], 0);
        expect(outcome).toMatchObject({ name: "HomeserverUnavailable" });
        expect(asked).toBe(6);
    });

    it("continues with a homeserver that does not support pings", async () => {
        const { outcome, lines } = await ping([{ status: 404, errcode: "M_UNRECOGNIZED" }], 60_000);
        expect(outcome).toBe("reached");
        expect(lines).toEqual([expect.stringContaining("ping endpoint not supported")]);
    });

    it("rejects a registration that another bridge uses", async () => {
        const { outcome } = await ping([], 60_000, { reachesUs: false });
        expect(outcome).toMatchObject({
            name: "HomeserverUnavailable",
            message: expect.stringContaining("two bridges cannot share the registration") as string,
        });
    });

    it("rejects the page of a web server", async () => {
        const { outcome } = await ping([], 60_000, { pong: {} });
        expect(outcome).toMatchObject({ message: expect.stringMatching(/^No Matrix homeserver answers at/) as string });
    });

    it("rejects a homeserver behind the wrong path", async () => {
        const unknown = { status: 404, errcode: "M_UNRECOGNIZED" };
        const { outcome } = await ping([unknown], 60_000, { whoami: new HomeserverError("failed", unknown) });
        expect(outcome).toMatchObject({ message: expect.stringMatching(/^No Matrix homeserver .*404\)/) as string });
    });

    it.each(["@bot:other.example", "@else:hs.example"])(
        "rejects a homeserver that reports the bot as %s",
        async (user) => {
            const { outcome, lines } = await ping([], 60_000, { whoami: { user_id: user } });
            expect(outcome).toMatchObject({
                name: "HomeserverUnavailable",
                message: expect.stringContaining(`takes the bridge for ${user}, not for @bot:hs.example`) as string,
            });
            expect(lines).toEqual([]);
        },
    );
});
