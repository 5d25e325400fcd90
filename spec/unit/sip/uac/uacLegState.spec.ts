import { describe, expect, test } from "vitest";
import { stepUac, UAC_START, type UacEvent, type UacState } from "../../../../lib/sip/uac/uacLegState.ts";

const WORDS = {
    offer: { kind: "offer" },
    sent: { kind: "inviteSent" },
    ringing: { kind: "ringing" },
    tryNext: { kind: "inviteFailed", cause: "networkFailure", next: "another" },
    refused: { kind: "inviteFailed", cause: "busy", next: "none" },
    answered: { kind: "answered", answer: "good" },
    answeredBadly: { kind: "answered", answer: "unusable" },
    end: { kind: "end", cause: "cancelled" },
    cancelUnanswered: { kind: "cancelUnanswered" },
    dialogEnded: { kind: "dialogEnded" },
    serverLost: { kind: "serverLost" },
} as const satisfies Record<string, UacEvent>;
type Word = keyof typeof WORDS;

function play(...words: Word[]): string[] {
    let state: UacState = UAC_START;
    const orders: string[] = [];
    for (const word of words) {
        const step = stepUac(state, WORDS[word]);
        state = step.state;
        orders.push(...step.orders.map((order) => ("cause" in order ? `${order.kind} ${order.cause}` : order.kind)));
    }
    return orders;
}

const hangUp = ["enterDialog", "sendAck", "sayBye cancelled"];
const connect = ["enterDialog", "sendAck", "reportAnswered"];

describe("courses", () => {
    test.each<[string, Word[], string[]]>([
        [
            "answered",
            ["offer", "sent", "ringing", "ringing", "answered", "end"],
            ["sendInvite", "reportRinging", ...connect, "sayBye cancelled"],
        ],
        [
            "answered without ringing",
            ["offer", "sent", "answered", "dialogEnded"],
            ["sendInvite", ...connect, "release"],
        ],
        ["busy", ["offer", "sent", "refused"], ["sendInvite", "report busy", "release"]],
        [
            "the second trunk answers",
            ["offer", "sent", "tryNext", "sent", "answered"],
            ["sendInvite", "sendInvite", ...connect],
        ],
        [
            "no trunk takes the INVITE",
            ["offer", "tryNext", "refused"],
            ["sendInvite", "sendInvite", "report busy", "release"],
        ],
        ["cancelled", ["offer", "sent", "end", "refused"], ["sendInvite", "sendCancel cancelled", "release"]],
        [
            "cancelled while it is sent",
            ["offer", "end", "sent", "refused"],
            ["sendInvite", "sendCancel cancelled", "release"],
        ],
        ["cancelled while sending fails", ["offer", "end", "tryNext"], ["sendInvite", "release"]],
        [
            "cancelled, tried nowhere else",
            ["offer", "sent", "end", "tryNext"],
            ["sendInvite", "sendCancel cancelled", "release"],
        ],
        [
            "200 crosses CANCEL",
            ["offer", "sent", "end", "answered"],
            ["sendInvite", "sendCancel cancelled", ...hangUp, "release"],
        ],
        ["ringing after CANCEL", ["offer", "sent", "end", "ringing"], ["sendInvite", "sendCancel cancelled"]],
        [
            "a 200 long after a CANCEL without a response",
            ["offer", "sent", "end", "cancelUnanswered", "answered"],
            ["sendInvite", "sendCancel cancelled", "release", ...hangUp],
        ],
        [
            "a 200 without usable SDP",
            ["offer", "sent", "answeredBadly"],
            ["sendInvite", "enterDialog", "sendAck", "sayBye noCommonMedia", "report noCommonMedia", "release"],
        ],
        ["ended before it began", ["end", "offer"], ["release"]],
        ["server lost", ["offer", "sent", "serverLost"], ["sendInvite", "report serviceUnavailable", "release"]],
        [
            "server lost while cancelling",
            ["offer", "sent", "end", "serverLost"],
            ["sendInvite", "sendCancel cancelled", "release"],
        ],
        [
            "server lost within the call, which the dialog reports",
            ["offer", "sent", "answered", "serverLost"],
            ["sendInvite", ...connect, "release"],
        ],
    ])("%s", (_, words, orders) => {
        expect(play(...words)).toEqual(orders);
    });
});

/** What is wrong with the orders given so far, if anything. */
function fault(state: UacState, orders: readonly string[]): string | undefined {
    const count = (kind: string): number => orders.filter((order) => order === kind).length;
    if (count("report") > 1) return "reported as ended twice";
    if (count("release") !== (state.phase === "over" ? 1 : 0)) return "not released exactly when over";
    if (count("sendAck") > count("reportAnswered") + count("sayBye")) return "a phone is left off the hook";
    if (orders.includes("release") && orders.lastIndexOf("reportAnswered") > orders.indexOf("release")) return "zombie";
    if (count("sendCancel") > 1) return "cancelled twice";
    return undefined;
}

test("over every sequence of five events nothing is left behind or told twice", () => {
    const faults = new Set<string>();
    const walk = (state: UacState, depth: number, orders: readonly string[]): void => {
        const found = fault(state, orders);
        if (found !== undefined) faults.add(`${found}: ${orders.join(", ")}`);
        if (depth === 0) return;
        for (const event of Object.values(WORDS)) {
            const step = stepUac(state, event);
            walk(step.state, depth - 1, [...orders, ...step.orders.map((order) => order.kind)]);
        }
    };
    walk(UAC_START, 5, []);
    expect([...faults]).toEqual([]);
});
