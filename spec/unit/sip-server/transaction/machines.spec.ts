import { describe, expect, it } from "vitest";
import {
    type InviteClientAction,
    type InviteClientEvent,
    type InviteClientState,
    startInviteClient,
    stepInviteClient,
} from "../../../../lib/sip-server/transaction/inviteClient.ts";
import {
    type InviteServerAction,
    type InviteServerEvent,
    type InviteServerState,
    startInviteServer,
    stepInviteServer,
} from "../../../../lib/sip-server/transaction/inviteServer.ts";
import {
    type NonInviteClientAction,
    type NonInviteClientEvent,
    type NonInviteClientState,
    startNonInviteClient,
    stepNonInviteClient,
} from "../../../../lib/sip-server/transaction/nonInviteClient.ts";
import {
    type NonInviteServerAction,
    type NonInviteServerEvent,
    type NonInviteServerState,
    startNonInviteServer,
    stepNonInviteServer,
} from "../../../../lib/sip-server/transaction/nonInviteServer.ts";
import { standardTiming } from "../../../../lib/sip-server/transaction/timing.ts";
import { times, walk } from "../../../support/sip-server/walkMachine.ts";

const depth = 5;
const transports = [
    ["UDP", { timing: standardTiming, reliable: false }],
    ["a connection", { timing: standardTiming, reliable: true }],
] as const;

/** What holds on every way through every machine. */
function expectSound(trace: {
    readonly states: readonly { readonly phase: string }[];
    readonly actions: readonly (readonly { readonly kind: string }[])[];
    readonly running: ReadonlySet<string>;
}): void {
    const over = trace.states.at(-1)?.phase === "terminated";
    if (over !== (times(trace, "over") === 1)) throw new Error("terminated and over are not the same");
    if (over && trace.running.size > 0) throw new Error("a timer outlives its transaction");
    if (!over && trace.running.size === 0) throw new Error("a transaction that no timer would end");
    const gone = trace.states.findIndex(({ phase }) => phase === "terminated");
    if (gone !== -1 && trace.actions.slice(gone + 1).some((actions) => actions.length > 0)) {
        throw new Error("an order after the end");
    }
}

describe.each(transports)("over %s, on every way of five events,", (_name, setting) => {
    it("an INVITE client transaction tells one end, and acknowledges every refusal", () => {
        const responses = [100, 180, 200, 486].map((status): InviteClientEvent => ({ kind: "response", status }));
        const timers = (["A", "B", "C", "cancel", "D", "M"] as const).map((timer): InviteClientEvent => ({
            kind: "timer",
            timer,
        }));
        const count = walk<InviteClientState, InviteClientEvent, InviteClientAction>(
            {
                start: startInviteClient(setting),
                events: [
                    ...responses,
                    ...timers,
                    { kind: "cancelSent" },
                    { kind: "givenUp" },
                    { kind: "transportFailed" },
                ],
                step: (state: InviteClientState, event: InviteClientEvent) => stepInviteClient(state, event, setting),
            },
            depth,
            (trace) => {
                expectSound(trace);
                if (times(trace, "timedOut") + times(trace, "failed") > 1) throw new Error("two ends");
                const refusals = trace.events.filter(
                    (event, at) =>
                        event.kind === "response" &&
                        event.status >= 300 &&
                        ["calling", "proceeding", "completed"].includes(trace.states[at]?.phase ?? ""),
                );
                if (times(trace, "sendAck") !== refusals.length) throw new Error("a refusal without its ACK");
                if (setting.reliable && times(trace, "sendRequest") !== 1) throw new Error("repeated on a connection");
                const after2xx = trace.states.findIndex(({ phase }) => phase === "accepted");
                const late = after2xx === -1 ? [] : trace.actions.slice(after2xx + 1).flat();
                if (late.some(({ kind }) => kind === "timedOut" || kind === "failed"))
                    throw new Error("failed after 2xx");
            },
        );
        expect(count).toBeGreaterThan(1000);
    });

    it("another client transaction tells one final response or one failure", () => {
        const responses = [100, 200, 404].map((status): NonInviteClientEvent => ({ kind: "response", status }));
        const timers = (["E", "F", "K"] as const).map((timer): NonInviteClientEvent => ({ kind: "timer", timer }));
        const count = walk<NonInviteClientState, NonInviteClientEvent, NonInviteClientAction>(
            {
                start: startNonInviteClient(setting),
                events: [...responses, ...timers, { kind: "transportFailed" }],
                step: (state: NonInviteClientState, event: NonInviteClientEvent) =>
                    stepNonInviteClient(state, event, setting),
            },
            depth,
            (trace) => {
                expectSound(trace);
                const finals = trace.events.filter(
                    (event, at) =>
                        event.kind === "response" &&
                        event.status >= 200 &&
                        trace.actions[at + 1]?.some(({ kind }) => kind === "deliver"),
                ).length;
                if (finals + times(trace, "timedOut") + times(trace, "failed") > 1) throw new Error("two ends");
                if (setting.reliable && times(trace, "sendRequest") !== 1) throw new Error("repeated on a connection");
            },
        );
        expect(count).toBeGreaterThan(100);
    });

    it("an INVITE server transaction sends one final response, or 2xx only", () => {
        const answers = [100, 180, 200, 486].map((status): InviteServerEvent => ({ kind: "respond", status }));
        const timers = (["silent", "refresh", "G", "H", "I", "L"] as const).map((timer): InviteServerEvent => ({
            kind: "timer",
            timer,
        }));
        const count = walk<InviteServerState, InviteServerEvent, InviteServerAction>(
            {
                start: startInviteServer(setting),
                events: [...answers, ...timers, { kind: "request" }, { kind: "ack" }],
                step: (state: InviteServerState, event: InviteServerEvent) => stepInviteServer(state, event, setting),
            },
            depth,
            (trace) => {
                const silent = trace.actions.flat().some(({ kind }) => kind === "silent");
                // After "silent" the user answers: that is no event of this walk.
                if (!silent) expectSound(trace);
                const finals: number[] = [];
                for (const [at, event] of trace.events.entries()) {
                    const sent = trace.actions[at + 1]?.some(({ kind }) => kind === "sendResponse") === true;
                    if (sent && event.kind === "respond" && event.status >= 200) finals.push(event.status);
                }
                if (finals.includes(486) && finals.length > 1) throw new Error("a second final response");
                if (times(trace, "deliverAck") > 0 && finals[0] !== 200) throw new Error("the ACK of a refusal told");
            },
        );
        expect(count).toBeGreaterThan(1000);
    });

    it("another server transaction sends one final response, and never one the client does not wait for", () => {
        const timers = (["slow", "silent", "J"] as const).map((timer): NonInviteServerEvent => ({
            kind: "timer",
            timer,
        }));
        const count = walk<NonInviteServerState, NonInviteServerEvent, NonInviteServerAction>(
            {
                start: startNonInviteServer(setting),
                events: [{ kind: "request" }, { kind: "respond" }, ...timers],
                step: (state: NonInviteServerState, event: NonInviteServerEvent) =>
                    stepNonInviteServer(state, event, setting),
            },
            depth,
            (trace) => {
                expectSound(trace);
                if (times(trace, "sendResponse") > 1) throw new Error("a second final response");
                if (times(trace, "silent") + times(trace, "sendResponse") > 1)
                    throw new Error("answered after giving up");
            },
        );
        expect(count).toBeGreaterThan(100);
    });
});

describe("retransmission over UDP", () => {
    const setting = transports[0][1];

    it("of an INVITE doubles until timer B", () => {
        let { state } = startInviteClient(setting);
        const intervals: number[] = [];
        for (let fired = 0; fired < 6; fired++) {
            const step = stepInviteClient(state, { kind: "timer", timer: "A" }, setting);
            state = step.state;
            intervals.push(...step.actions.flatMap((action) => (action.kind === "setTimer" ? [action.ms] : [])));
        }
        expect(intervals).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000]);
    });

    it("of other requests doubles up to T2, and is T2 after a provisional response", () => {
        let { state } = startNonInviteClient(setting);
        const intervals: number[] = [];
        for (let fired = 0; fired < 5; fired++) {
            const step = stepNonInviteClient(state, { kind: "timer", timer: "E" }, setting);
            state = step.state;
            intervals.push(...step.actions.flatMap((action) => (action.kind === "setTimer" ? [action.ms] : [])));
        }
        expect(intervals).toEqual([1000, 2000, 4000, 4000, 4000]);
        const { actions } = stepNonInviteClient(
            { phase: "trying", interval: 500 },
            { kind: "response", status: 100 },
            setting,
        );
        expect(actions).toEqual([{ kind: "setTimer", timer: "E", ms: 4000 }, { kind: "deliver" }]);
    });

    it("of a refusal doubles up to T2 until the ACK, which is absorbed for T4", () => {
        const completed: InviteServerState = { phase: "completed", interval: 2000 };
        expect(stepInviteServer(completed, { kind: "timer", timer: "G" }, setting)).toEqual({
            state: { phase: "completed", interval: 4000 },
            actions: [{ kind: "resend" }, { kind: "setTimer", timer: "G", ms: 4000 }],
        });
        expect(stepInviteServer(completed, { kind: "ack" }, setting)).toEqual({
            state: { phase: "confirmed" },
            actions: [
                { kind: "stopTimer", timer: "G" },
                { kind: "stopTimer", timer: "H" },
                { kind: "setTimer", timer: "I", ms: 5000 },
            ],
        });
    });
});
