import { beforeEach, describe, expect, it } from "vitest";
import { DroppedEvents } from "../../../../lib/matrix/events/DroppedEvents.ts";
import {
    dropped,
    HANDLED,
    PASSED,
    type EventHandler,
    type EventOutcome,
} from "../../../../lib/matrix/events/EventHandler.ts";
import { EventRouter } from "../../../../lib/matrix/events/EventRouter.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { MemoryInbox } from "../../../support/matrix/MemoryInbox.ts";
import { KeptLog, KeptTelemetry } from "../../../support/quiet.ts";

let clock: FakeClock;
let telemetry: KeptTelemetry;
let calls: unknown[];
let inbox: MemoryInbox;
let debugLines: { readonly message: string; readonly fields: unknown }[];

class DebugLog extends KeptLog {
    override debug(message: string, fields?: unknown): void {
        debugLines.push({ message, fields });
    }
}

beforeEach(() => {
    clock = new FakeClock();
    telemetry = new KeptTelemetry();
    calls = [];
    inbox = new MemoryInbox();
    debugLines = [];
});

function route(...handlers: EventHandler[]): EventRouter {
    const drops = new DroppedEvents(telemetry, new DebugLog());
    return new EventRouter({
        handlers,
        isLocal: (user) => user.endsWith(":matrix.example"),
        isOurs: (user) => user.startsWith("@sip_"),
        inbox,
        drops,
        clock,
    });
}

function row(kind: "message" | "state", name: string, outcome: EventOutcome = HANDLED): EventHandler {
    return {
        kind,
        types: ["m.a"],
        handle: ({ content }) => {
            calls.push([name, content]);
            return outcome;
        },
    };
}

const event = {
    event_id: "$1",
    type: "m.a",
    room_id: "!r:matrix.example",
    sender: "@alice:matrix.example",
    content: { x: 1 },
    origin_server_ts: 0,
};

describe("EventRouter", () => {
    it("calls the handler of the type, once for each event ID", () => {
        const router = route(row("message", "one"));
        router.onEvent(event);
        router.onEvent(event);
        router.onEvent({ ...event, event_id: "$2" });
        expect(calls).toEqual([
            ["one", { x: 1 }],
            ["one", { x: 1 }],
        ]);
        expect(telemetry.counted).toEqual(["dropped from matrix: repeated"]);
    });

    it("is interested in exactly the types of its handlers", () => {
        const typing: EventHandler = { kind: "ephemeral", types: ["m.typing"], handle: () => HANDLED };
        const router = route(row("message", "one"), typing);
        expect(
            ["m.a", "m.typing", "m.room.message", "", undefined].map((type) => router.isOfInterest({ type })),
        ).toEqual([true, true, false, false, false]);
        expect([undefined, null, "m.a", {}].map((odd) => router.isOfInterest(odd))).toEqual([
            false,
            false,
            false,
            false,
        ]);
    });

    it("calls the next handler of the type if one passes the event on", () => {
        const router = route(row("message", "one", PASSED), row("message", "two"), row("message", "three"));
        router.onEvent(event);
        expect(calls.map((call) => (call as string[])[0])).toEqual(["one", "two"]);
        expect(telemetry.counted).toEqual([]);
    });

    it("drops a state event of a message type, and a message event of a state type", () => {
        const router = route(row("message", "one"));
        router.onEvent({ ...event, state_key: "" });
        route(row("state", "two")).onEvent(event);
        expect(calls).toEqual([]);
        expect(telemetry.counted).toEqual(["dropped from matrix: wrong_kind", "dropped from matrix: wrong_kind"]);
    });

    it("passes ephemeral events without sender and event ID to their handler", () => {
        const router = route({
            kind: "ephemeral",
            types: ["m.typing"],
            handle: ({ room, content }) => {
                calls.push([room, content]);
                return HANDLED;
            },
        });
        const content = { user_ids: ["@alice:matrix.example"] };
        router.onEphemeral({ type: "m.typing", room_id: "!r:matrix.example", content });
        router.onEphemeral({ type: "m.typing", content });
        expect(calls).toEqual([["!r:matrix.example", content]]);
        expect(telemetry.counted).toEqual(["dropped from matrix: bad_event"]);
    });

    it("logs every dropped event at debug with the reason", () => {
        const router = route(row("message", "one", dropped("bad_content", "call_id: too small")));
        router.onEvent(event);
        router.onEvent({ ...event, event_id: "$2", room_id: "r" });
        expect(debugLines).toMatchObject([
            {
                message: "event dropped",
                fields: {
                    reason: "bad_content",
                    detail: "call_id: too small",
                    type: "m.a",
                    eventId: "$1",
                    roomId: "!r:matrix.example",
                    sender: "@alice:matrix.example",
                },
            },
            { message: "event dropped", fields: { reason: "bad_event", detail: "room_id: not a room ID" } },
        ]);
    });

    it.each([
        ["null fields", { state_key: null, unsigned: null, origin_server_ts: null }],
        ["invalid optional fields", { unsigned: { age: "old" }, origin_server_ts: "now" }],
        ["content null", { content: null }],
    ])("accepts %s", (_what, odd) => {
        route(row("message", "one")).onEvent({ ...event, ...odd });
        expect(calls).toHaveLength(1);
    });

    it("treats events as possibly kept for 30 seconds after its start only", () => {
        const ages: unknown[] = [];
        const router = route({
            kind: "message",
            types: ["m.a"],
            handle: ({ ageMs, arrival }) => {
                ages.push([arrival, ageMs]);
                return HANDLED;
            },
        });
        const remote = { ...event, sender: "@bob:elsewhere.example", origin_server_ts: clock.now() - 90_000 };
        router.onEvent(remote);
        clock.advance(30_000);
        router.onEvent({ ...remote, event_id: "$2" });
        expect(ages).toEqual([
            ["kept", 0],
            ["live", 0],
        ]);
    });
});

describe("a delivery", () => {
    it("is stored before it is handled, without echoes, other types and repetitions", async () => {
        const router = route(row("message", "one"));
        const echo = { ...event, event_id: "$echo", sender: "@sip_1:matrix.example" };
        const other = { ...event, event_id: "$other", type: "m.b" };
        const stored: string[] = [];
        inbox.store = (events) => {
            stored.push(...events.map(({ eventId }) => eventId));
            expect(calls).toEqual([]);
            return Promise.resolve();
        };
        await router.onDelivery([event, echo, other], []);
        expect(stored).toEqual(["$1"]);
        expect(calls).toHaveLength(2);
        calls = [];
        await router.onDelivery([event], []);
        expect(stored).toEqual(["$1"]);
        expect(calls).toEqual([]);
    });

    it("is not handled and not confirmed if it cannot be stored", async () => {
        const router = route(row("message", "one"));
        inbox.fill();
        await expect(router.onDelivery([event], [])).rejects.toThrow("ENOSPC");
        expect(calls).toEqual([]);
    });

    it("is handled once if it is delivered again after a restart", async () => {
        await route(row("message", "one")).onDelivery([event], []);
        inbox = new MemoryInbox(inbox);
        const router = route(row("message", "two"));
        router.resume();
        await router.onDelivery([event], []);
        expect(calls.map((call) => (call as string[])[0])).toEqual(["one"]);
    });

    it("is handled after a restart if the handler had not finished it", async () => {
        const work = Promise.withResolvers<undefined>();
        await route(row("message", "one", { kind: "handled", done: work.promise })).onDelivery([event], []);
        inbox = new MemoryInbox(inbox);
        const router = route(row("message", "two"));
        router.resume();
        await router.onDelivery([event], []);
        expect(calls.map((call) => (call as string[])[0])).toEqual(["one", "two"]);
    });

    it.each(["resolve", "reject"] as const)("is finished when the handler's work %ss", async (how) => {
        const work = Promise.withResolvers<undefined>();
        await route(row("message", "one", { kind: "handled", done: work.promise })).onDelivery([event], []);
        expect(inbox.load().unfinished).toEqual([event]);
        work[how](undefined);
        await new Promise((resolve) => setImmediate(resolve));
        expect(inbox.load()).toEqual({ unfinished: [], finishedIds: ["$1"] });
    });
});
