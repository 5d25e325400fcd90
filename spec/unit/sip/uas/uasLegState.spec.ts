import { describe, expect, test } from "vitest";
import type { Sdp } from "../../../../lib/call/vocabulary.ts";
import { stepUas, UAS_START, type UasEvent, type UasState } from "../../../../lib/sip/uas/uasLegState.ts";
import { PHONE_SDP } from "../../../support/sip/ScriptedPhone.ts";

const EVENTS: readonly UasEvent[] = [
    { kind: "ring" },
    { kind: "accept", sdp: PHONE_SDP as Sdp },
    { kind: "end", cause: "busy" },
    { kind: "cancelled", cause: "cancelled" },
    { kind: "abandoned", cause: "cancelled" },
    { kind: "answerSent" },
    { kind: "answerFailed", cause: "cancelled" },
    { kind: "dialogEnded" },
    { kind: "serverLost" },
];

/** What is ordered along a course of events, in words. */
function play(...events: UasEvent["kind"][]): string[] {
    let state: UasState = UAS_START;
    const orders: string[] = [];
    for (const kind of events) {
        const event = EVENTS.find((each) => each.kind === kind);
        if (event === undefined) throw new Error(kind);
        const step = stepUas(state, event);
        state = step.state;
        orders.push(...step.orders.map((order) => ("cause" in order ? `${order.kind} ${order.cause}` : order.kind)));
    }
    return orders;
}

describe("courses", () => {
    test.each<[string, UasEvent["kind"][], string[]]>([
        [
            "answered, then ended by us",
            ["ring", "accept", "answerSent", "end"],
            ["sendRinging", "sendAnswer", "enterDialog", "sayBye busy"],
        ],
        ["the dialog ended", ["accept", "answerSent", "dialogEnded"], ["sendAnswer", "enterDialog", "release"]],
        ["rings once", ["ring", "ring"], ["sendRinging"]],
        ["refused", ["end", "end"], ["sendRefusal busy", "release"]],
        ["cancelled", ["ring", "cancelled"], ["sendRinging", "report cancelled", "release"]],
        [
            "given up by BYE",
            ["ring", "abandoned"],
            ["sendRinging", "sendRefusal cancelled", "report cancelled", "release"],
        ],
        ["cancelled, then accepted", ["cancelled", "accept"], ["report cancelled", "release"]],
        ["cancelled, then ended by us", ["cancelled", "end"], ["report cancelled", "release"]],
        [
            "CANCEL before our 200 in the server",
            ["accept", "cancelled", "answerFailed"],
            ["sendAnswer", "report cancelled", "release"],
        ],
        ["CANCEL after our 200 in the server", ["accept", "cancelled", "answerSent"], ["sendAnswer", "enterDialog"]],
        [
            "ended by us while the 200 is on its way",
            ["accept", "end", "answerSent"],
            ["sendAnswer", "enterDialog", "sayBye busy"],
        ],
        ["ended by us, and the 200 was too late", ["accept", "end", "answerFailed"], ["sendAnswer", "release"]],
        ["server lost while ringing", ["ring", "serverLost"], ["sendRinging", "report serviceUnavailable", "release"]],
        [
            "server lost while answering",
            ["accept", "serverLost", "answerFailed"],
            ["sendAnswer", "report serviceUnavailable", "release"],
        ],
    ])("%s", (_, events, orders) => {
        expect(play(...events)).toEqual(orders);
    });
});

/** What is wrong with the orders given so far, if anything. */
function fault(state: UasState, orders: readonly string[]): string | undefined {
    const count = (...kinds: string[]): number => orders.filter((order) => kinds.includes(order)).length;
    if (count("sendAnswer", "sendRefusal") > 1) return "two final responses";
    if (count("report") > 1) return "reported as ended twice";
    if (count("release") !== (state.phase === "over" ? 1 : 0)) return "not released exactly when over";
    if (count("enterDialog") > count("sendAnswer")) return "a dialog without 200";
    return undefined;
}

test("over every sequence of six events nothing is left behind or told twice", () => {
    const faults = new Set<string>();
    const walk = (state: UasState, depth: number, orders: readonly string[]): void => {
        const found = fault(state, orders);
        if (found !== undefined) faults.add(`${found}: ${orders.join(", ")}`);
        if (depth === 0) return;
        for (const event of EVENTS) {
            const step = stepUas(state, event);
            walk(step.state, depth - 1, [...orders, ...step.orders.map((order) => order.kind)]);
        }
    };
    walk(UAS_START, 6, []);
    expect([...faults]).toEqual([]);
});

test("once over, nothing moves it", () => {
    for (const event of EVENTS)
        expect(stepUas({ phase: "over" }, event)).toEqual({ state: { phase: "over" }, orders: [] });
});
