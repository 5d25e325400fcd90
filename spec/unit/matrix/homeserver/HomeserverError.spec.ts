import { describe, expect, it } from "vitest";
import type { HomeserverRequest } from "../../../../lib/matrix/homeserver/HomeserverRequest.ts";
import { ClientServerHomeserver } from "../../../../lib/matrix/homeserver/ClientServerHomeserver.ts";
import { UnfitDescription } from "../../../../lib/matrix/calls/encodeCallEvent.ts";
import {
    asCalleeFailure,
    asCallFailure,
    errorKindOf,
    HomeserverError,
    NOT_RUNNING,
    pauseBeforeRetry,
} from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import { readErrorReply, readNoReply } from "../../../../lib/matrix/homeserver/readReply.ts";
import type { MatrixRoomId, MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { FakeClock } from "../../../support/FakeClock.ts";

const ghost = "@sip_1:matrix.example" as MatrixUserId;
const room = "!room:matrix.example" as MatrixRoomId;

describe("the kind of an error", () => {
    it.each([
        [{}, "unreachable", "serviceUnavailable"],
        [{ status: 500 }, "unreachable", "serviceUnavailable"],
        [{ status: 500, errcode: "M_UNKNOWN" }, "failed", "networkFailure"],
        [{ status: 502, errcode: "M_UNKNOWN" }, "failed", "networkFailure"],
        [{ status: 504 }, "unreachable", "serviceUnavailable"],
        [{ status: 429 }, "limited", "serviceUnavailable"],
        [{ status: 400, errcode: "M_LIMIT_EXCEEDED" }, "limited", "serviceUnavailable"],
        [{ status: 401, errcode: "M_UNKNOWN_TOKEN" }, "unauthorised", "serviceUnavailable"],
        [{ status: 403, errcode: "M_FORBIDDEN" }, "forbidden", "unavailable"],
        [{ status: 403 }, "forbidden", "unavailable"],
        [{ status: 400, errcode: "M_EXCLUSIVE" }, "forbidden", "unavailable"],
        [{ status: 404, errcode: "M_NOT_FOUND" }, "notFound", "unavailable"],
        [{ status: 404 }, "notFound", "unavailable"],
        [{ status: 400, errcode: "M_BAD_JSON" }, "rejected", "networkFailure"],
    ] as const)("of %j is %s and ends a call with %s", (reply, kind, endCause) => {
        expect(errorKindOf(reply)).toBe(kind);
        expect(asCallFailure(new HomeserverError("x", reply))).toMatchObject({ name: "CallFailure", endCause });
    });

    it.each([{}, { status: 502, errcode: "M_UNKNOWN" }, { status: 504 }, { status: 429 }])(
        "of %j is not a failure of the bridge if the callee's homeserver is another one",
        (reply) => {
            const error = new HomeserverError("x", reply);
            expect(asCalleeFailure(error, false)).toMatchObject({ endCause: "unavailable" });
            expect(asCalleeFailure(error, true)).toEqual(asCallFailure(error));
        },
    );

    it("maps an unfit description to noCommonMedia and leaves other errors unchanged", () => {
        expect(asCallFailure(new UnfitDescription(["mid"]))).toMatchObject({ endCause: "noCommonMedia" });
        const bug = new TypeError("x");
        expect(asCallFailure(bug)).toBe(bug);
    });
});

describe("an error reply", () => {
    it.each([
        [
            { status: 429, body: { errcode: "M_LIMIT_EXCEEDED", error: "slow down", retry_after_ms: 700 } },
            "the homeserver responded with 429 M_LIMIT_EXCEEDED: slow down",
            { status: 429, errcode: "M_LIMIT_EXCEEDED", retryAfterMs: 700 },
        ],
        [
            { status: 502, body: { errcode: "M_BAD_STATUS", status: 403, body: "x" } },
            "the homeserver responded with 502 M_BAD_STATUS",
            { status: 502, errcode: "M_BAD_STATUS", pingedStatus: 403 },
        ],
        [{ status: 503, body: "<html>" }, "the homeserver responded with 503", { status: 503 }],
        [{ status: 500, body: null }, "the homeserver responded with 500", { status: 500 }],
        [{ status: 400, body: { errcode: 7, error: [] } }, "the homeserver responded with 400", { status: 400 }],
        [
            { status: 503, body: "", retryAfter: "7" },
            "the homeserver responded with 503",
            { status: 503, retryAfterMs: 7_000 },
        ],
        [{ status: 503, body: "", retryAfter: "soon" }, "the homeserver responded with 503", { status: 503 }],
    ])("%j", (reply, message, expected) => {
        const [said, read] = readErrorReply({ retryAfter: undefined, ...reply });
        expect(said).toBe(message);
        expect(JSON.parse(JSON.stringify(read))).toEqual(expected);
    });
});

describe("a request without a reply", () => {
    it.each([
        [Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
        [Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }), "other side closed"],
        [undefined, "unknown error"],
    ])("%s", (reason, words) => {
        const [said, read] = readNoReply(reason);
        expect(said).toBe(`no response from the homeserver (${words})`);
        expect(read).toEqual({});
    });
});

describe("retries", () => {
    it.each([
        ["brief", {}, 1, 0, 250],
        ["brief", {}, 3, 750, 1_000],
        ["brief", {}, 4, 1_750, 2_000],
        ["brief", {}, 5, 3_750, undefined],
        ["brief", { status: 500, errcode: "M_UNKNOWN" }, 1, 0, 250],
        ["brief", { status: 429, retryAfterMs: 700 }, 1, 0, 700],
        ["brief", { status: 429, retryAfterMs: 30_000 }, 1, 0, undefined],
        ["brief", { status: 403 }, 1, 0, undefined],
        ["brief", { status: 400 }, 1, 0, undefined],
        ["ending", { status: 500, errcode: "M_UNKNOWN" }, 9, 60_000, 15_000],
        ["ending", { status: 429, retryAfterMs: 5_000 }, 1, 0, 5_000],
        ["ending", { status: 429, retryAfterMs: 300_000 }, 1, 0, 300_000],
        ["ending", {}, 99, 31 * 60_000, undefined],
        ["ending", { status: 403 }, 1, 0, undefined],
    ] as const)(
        "%s, after %j, attempt %d, %d ms after the first: pause %s",
        (policy, reply, attempt, elapsed, pause) => {
            expect(pauseBeforeRetry(new HomeserverError("x", reply), attempt, elapsed, policy)).toBe(pause);
        },
    );

    it("stops when the Matrix side has stopped", () => {
        const stopped = new HomeserverError("x", { errcode: NOT_RUNNING });
        expect(pauseBeforeRetry(stopped, 1, 0, "ending")).toBeUndefined();
    });

    /** Fails so often, then succeeds; notes what was asked. */
    function flaky(failures: readonly HomeserverError[]) {
        const clock = new FakeClock();
        const asked: HomeserverRequest[] = [];
        const left = [...failures];
        const homeserver = new ClientServerHomeserver(async (request) => {
            asked.push(request);
            await Promise.resolve();
            const failure = left.shift();
            if (failure !== undefined) throw failure;
            return { room_id: room };
        }, clock);
        const finish = async <T>(work: Promise<T>): Promise<T> => {
            const settled = work.then(
                () => "done",
                () => "done",
            );
            while ((await Promise.race([settled, new Promise((r) => setImmediate(() => r("waits")))])) === "waits") {
                clock.advance(250);
            }
            return await work;
        };
        return { homeserver, asked, finish };
    }

    const down = new HomeserverError("down", {});
    const limited = new HomeserverError("slow", { status: 429, retryAfterMs: 100 });
    const forbidden = new HomeserverError("no", { status: 403 });

    it("gives up earlier on an invite than on a hangup", async () => {
        const away = Array.from({ length: 20 }, () => down);
        const invite = flaky(away);
        await expect(invite.finish(invite.homeserver.send(ghost, room, "m.call.invite", {}, "c-1"))).rejects.toBe(down);
        expect(invite.asked).toHaveLength(5);
        const ending = flaky(away);
        await ending.finish(ending.homeserver.send(ghost, room, "m.call.reject", {}, "c-1"));
        expect(ending.asked).toHaveLength(21);
    });

    it("repeats an event with the same transaction ID until it succeeds", async () => {
        const { homeserver, asked, finish } = flaky([down, limited, down]);
        await finish(homeserver.send(ghost, room, "m.call.hangup", { call_id: "c" }, "c-1"));
        expect(asked).toHaveLength(4);
        expect(new Set(asked.map(({ path }) => path))).toEqual(
            new Set(["/_matrix/client/v3/rooms/!room%3Amatrix.example/send/m.call.hangup/c-1"]),
        );
    });

    it("gives up after the last attempt, and immediately if a retry cannot help", async () => {
        const tired = flaky([down, down, down, down, down]);
        await expect(tired.finish(tired.homeserver.join(ghost, room))).rejects.toBe(down);
        expect(tired.asked).toHaveLength(5);
        const refused = flaky([forbidden]);
        await expect(refused.finish(refused.homeserver.join(ghost, room))).rejects.toBe(forbidden);
        expect(refused.asked).toHaveLength(1);
    });

    it("does not wait for the next attempt when the Matrix side stops", async () => {
        const { homeserver, asked } = flaky([limited, new HomeserverError("stopped", { errcode: NOT_RUNNING })]);
        const sent = homeserver.send(ghost, room, "m.call.hangup", {}, "c-1");
        await new Promise((resolve) => setImmediate(resolve));
        homeserver.stop();
        await expect(sent).rejects.toThrow("stopped");
        expect(asked).toHaveLength(2);
    });

    it("does not repeat createRoom after a timeout", async () => {
        const request = { initialState: [] };
        const lost = flaky([down]);
        await expect(lost.finish(lost.homeserver.createRoom(ghost, request))).rejects.toBe(down);
        const turnedAway = flaky([limited]);
        expect(await turnedAway.finish(turnedAway.homeserver.createRoom(ghost, request))).toBe(room);
    });
});

it("rejects a createRoom response without a room ID", async () => {
    const homeserver = new ClientServerHomeserver(() => Promise.resolve({}), new FakeClock());
    await expect(homeserver.createRoom(ghost, { initialState: [] })).rejects.toThrow("without an ID");
});
