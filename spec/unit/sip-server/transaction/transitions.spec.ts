import { describe, expect, it } from "vitest";
import {
    type InviteClientEvent,
    type InviteClientState,
    startInviteClient,
    stepInviteClient,
} from "../../../../lib/sip-server/transaction/inviteClient.ts";
import {
    type InviteServerEvent,
    type InviteServerState,
    startInviteServer,
    stepInviteServer,
} from "../../../../lib/sip-server/transaction/inviteServer.ts";
import {
    type NonInviteClientEvent,
    type NonInviteClientState,
    startNonInviteClient,
    stepNonInviteClient,
} from "../../../../lib/sip-server/transaction/nonInviteClient.ts";
import {
    type NonInviteServerEvent,
    type NonInviteServerState,
    startNonInviteServer,
    stepNonInviteServer,
} from "../../../../lib/sip-server/transaction/nonInviteServer.ts";
import type { TimerAction } from "../../../../lib/sip-server/transaction/Step.ts";
import { standardTiming } from "../../../../lib/sip-server/transaction/timing.ts";

// The figures of RFC 3261 17 and RFC 6026 as tables: each state, each event, what comes of it over UDP and over a
// connection. `A=500` sets a timer, `-A` stops one; an event without a row changes nothing.

type Order = TimerAction<string> | { readonly kind: string };

function words(actions: readonly Order[]): string {
    return actions
        .map((action) => {
            if ("ms" in action) return `${action.timer}=${action.ms}`;
            return "timer" in action ? `-${action.timer}` : action.kind;
        })
        .join(" ");
}

function summary(step: { readonly state: { readonly phase: string }; readonly actions: readonly Order[] }): string {
    return `${step.state.phase}: ${words(step.actions)}`.trim();
}

const udp = { timing: standardTiming, reliable: false };
const connection = { timing: standardTiming, reliable: true };

/** What comes of `event` in `phase`, over UDP and over a connection; the second is left out if it is the same. */
type Row<Phase> = readonly [phase: Phase, event: string, overUdp: string, overConnection?: string];

/** Every pair of phase and event has a row, or leaves all as it is. */
function expectTable<State extends { readonly phase: string }, Event>(
    states: readonly State[],
    events: Readonly<Record<string, Event>>,
    step: (state: State, event: Event, setting: typeof udp) => Parameters<typeof summary>[0],
    rows: readonly Row<State["phase"]>[],
): void {
    const expected: Record<string, string> = {};
    const actual: Record<string, string> = {};
    for (const state of states) {
        for (const [name, event] of Object.entries(events)) {
            const row = rows.find(([phase, title]) => phase === state.phase && title === name);
            const unmoved = `${state.phase}:`;
            const key = `${state.phase}, ${name}`;
            expected[`${key}, UDP`] = row?.[2] ?? unmoved;
            expected[`${key}, connection`] = row?.[3] ?? row?.[2] ?? unmoved;
            actual[`${key}, UDP`] = summary(step(state, event, udp));
            actual[`${key}, connection`] = summary(step(state, event, connection));
        }
    }
    expect(actual).toEqual(expected);
    // No row names what does not exist.
    expect(rows.filter(([phase, name]) => !(`${phase}, ${name}, UDP` in expected))).toEqual([]);
}

function timers<Name extends string>(
    ...names: readonly Name[]
): Record<string, { readonly kind: "timer"; readonly timer: Name }> {
    return Object.fromEntries(names.map((timer) => [timer, { kind: "timer", timer }]));
}

describe("an INVITE client transaction", () => {
    it("starts with A and B, without A over a connection", () => {
        expect(summary(startInviteClient(udp))).toBe("calling: sendRequest A=500 B=32000");
        expect(summary(startInviteClient(connection))).toBe("calling: sendRequest B=32000");
    });

    it("goes by RFC 3261 17.1.1 and RFC 6026 8.4", () => {
        const states: InviteClientState[] = [
            { phase: "calling", interval: 500 },
            { phase: "proceeding" },
            { phase: "accepted" },
            { phase: "completed" },
            { phase: "terminated" },
        ];
        const answers = Object.fromEntries(
            [100, 101, 199, 200, 299, 300, 699].map((status): [string, InviteClientEvent] => [
                String(status),
                { kind: "response", status },
            ]),
        );
        const events: Record<string, InviteClientEvent> = {
            ...answers,
            ...timers("A", "B", "C", "cancel", "D", "M"),
            cancelSent: { kind: "cancelSent" },
            givenUp: { kind: "givenUp" },
            transportFailed: { kind: "transportFailed" },
        };
        const answered = "accepted: -A -B -C -cancel deliver M=32000";
        const refused = "completed: -A -B -C -cancel sendAck deliver D=32000";
        const refusedImmediately = "terminated: sendAck deliver over";
        const rung = "proceeding: -A -B C=185000 deliver";
        expectTable(states, events, stepInviteClient, [
            ["calling", "100", rung],
            ["calling", "101", rung],
            ["calling", "199", rung],
            ["calling", "200", answered],
            ["calling", "299", answered],
            ["calling", "300", refused, refusedImmediately],
            ["calling", "699", refused, refusedImmediately],
            ["calling", "A", "calling: sendRequest A=1000"],
            ["calling", "B", "terminated: timedOut over"],
            ["calling", "givenUp", "calling: -A"],
            ["calling", "transportFailed", "terminated: failed over"],
            ["proceeding", "100", "proceeding: -A -B deliver"],
            ["proceeding", "101", rung],
            ["proceeding", "199", rung],
            ["proceeding", "200", answered],
            ["proceeding", "299", answered],
            ["proceeding", "300", refused, refusedImmediately],
            ["proceeding", "699", refused, refusedImmediately],
            ["proceeding", "C", "proceeding: expired cancel=32000"],
            ["proceeding", "cancel", "terminated: timedOut over"],
            ["proceeding", "cancelSent", "proceeding: -C cancel=32000"],
            ["proceeding", "transportFailed", "terminated: failed over"],
            ["accepted", "200", "accepted: deliver"],
            ["accepted", "299", "accepted: deliver"],
            ["accepted", "M", "terminated: over"],
            ["completed", "300", "completed: sendAck"],
            ["completed", "699", "completed: sendAck"],
            ["completed", "D", "terminated: over"],
        ]);
    });
});

describe("an INVITE server transaction", () => {
    it("starts with the application's timeout alone: the 100 is the first answer", () => {
        expect(summary(startInviteServer(udp))).toBe("proceeding: silent=64000");
        expect(summary(startInviteServer(connection))).toBe("proceeding: silent=64000");
    });

    it("goes by RFC 3261 17.2.1 and RFC 6026 8.5", () => {
        const states: InviteServerState[] = [
            { phase: "proceeding" },
            { phase: "accepted" },
            { phase: "completed", interval: 500 },
            { phase: "confirmed" },
            { phase: "terminated" },
        ];
        const answers = Object.fromEntries(
            [100, 101, 199, 200, 299, 300, 699].map((status): [string, InviteServerEvent] => [
                String(status),
                { kind: "respond", status },
            ]),
        );
        const events: Record<string, InviteServerEvent> = {
            ...answers,
            ...timers("silent", "refresh", "G", "H", "I", "L"),
            request: { kind: "request" },
            ack: { kind: "ack" },
        };
        const rung = "proceeding: sendResponse silent=900000 refresh=60000";
        const answered = "accepted: -silent -refresh sendResponse L=32000";
        const refused = "completed: -silent -refresh sendResponse G=500 H=32000";
        const refusedOverConnection = "completed: -silent -refresh sendResponse H=32000";
        expectTable(states, events, stepInviteServer, [
            ["proceeding", "100", "proceeding: sendResponse"],
            ["proceeding", "101", rung],
            ["proceeding", "199", rung],
            ["proceeding", "200", answered],
            ["proceeding", "299", answered],
            ["proceeding", "300", refused, refusedOverConnection],
            ["proceeding", "699", refused, refusedOverConnection],
            ["proceeding", "request", "proceeding: resend"],
            ["proceeding", "silent", "proceeding: silent"],
            ["proceeding", "refresh", "proceeding: resend refresh=60000"],
            ["accepted", "200", "accepted: sendResponse"],
            ["accepted", "299", "accepted: sendResponse"],
            ["accepted", "ack", "accepted: deliverAck"],
            ["accepted", "L", "terminated: over"],
            ["completed", "request", "completed: resend"],
            ["completed", "ack", "confirmed: -G -H I=5000", "terminated: over"],
            ["completed", "G", "completed: resend G=1000"],
            ["completed", "H", "terminated: over"],
            ["confirmed", "I", "terminated: over"],
        ]);
    });
});

it("a refusal without its ACK is repeated after 0.5, 1, 2, 4, 4 ... s (RFC 3261 17.2.1, timer G)", () => {
    let { state } = stepInviteServer({ phase: "proceeding" }, { kind: "respond", status: 486 }, udp);
    const intervals = Array.from({ length: 5 }, () => {
        const step = stepInviteServer(state, { kind: "timer", timer: "G" }, udp);
        state = step.state;
        return words(step.actions);
    });
    expect(intervals).toEqual(["resend G=1000", "resend G=2000", "resend G=4000", "resend G=4000", "resend G=4000"]);
});

describe("another client transaction", () => {
    it("starts with E and F, without E over a connection", () => {
        expect(summary(startNonInviteClient(udp))).toBe("trying: sendRequest E=500 F=32000");
        expect(summary(startNonInviteClient(connection))).toBe("trying: sendRequest F=32000");
    });

    it("goes by RFC 3261 17.1.2", () => {
        const states: NonInviteClientState[] = [
            { phase: "trying", interval: 500 },
            { phase: "proceeding" },
            { phase: "completed" },
            { phase: "terminated" },
        ];
        const answers = Object.fromEntries(
            [100, 199, 200, 699].map((status): [string, NonInviteClientEvent] => [
                String(status),
                { kind: "response", status },
            ]),
        );
        const events: Record<string, NonInviteClientEvent> = {
            ...answers,
            ...timers("E", "F", "K"),
            transportFailed: { kind: "transportFailed" },
        };
        const slower = "proceeding: E=4000 deliver";
        const answered = "completed: -E -F deliver K=5000";
        const answeredImmediately = "terminated: deliver over";
        expectTable(states, events, stepNonInviteClient, [
            ["trying", "100", slower, "proceeding: deliver"],
            ["trying", "199", slower, "proceeding: deliver"],
            ["trying", "200", answered, answeredImmediately],
            ["trying", "699", answered, answeredImmediately],
            ["trying", "E", "trying: sendRequest E=1000"],
            ["trying", "F", "terminated: timedOut over"],
            ["trying", "transportFailed", "terminated: failed over"],
            ["proceeding", "100", slower, "proceeding: deliver"],
            ["proceeding", "199", slower, "proceeding: deliver"],
            ["proceeding", "200", answered, answeredImmediately],
            ["proceeding", "699", answered, answeredImmediately],
            ["proceeding", "E", "proceeding: sendRequest E=4000"],
            ["proceeding", "F", "terminated: timedOut over"],
            ["proceeding", "transportFailed", "terminated: failed over"],
            ["completed", "K", "terminated: over"],
        ]);
    });
});

describe("another server transaction", () => {
    it("starts with the time for a 100, and the client's timeout", () => {
        expect(summary(startNonInviteServer(udp))).toBe("trying: slow=3500 silent=32000");
        expect(summary(startNonInviteServer(connection))).toBe("trying: slow=3500 silent=32000");
    });

    it("goes by RFC 3261 17.2.2 and RFC 4320 4", () => {
        const states: NonInviteServerState[] = [
            { phase: "trying" },
            { phase: "proceeding" },
            { phase: "completed" },
            { phase: "terminated" },
        ];
        const events: Record<string, NonInviteServerEvent> = {
            ...timers("slow", "silent", "J"),
            request: { kind: "request" },
            respond: { kind: "respond" },
        };
        const answered = "completed: -slow -silent sendResponse J=32000";
        const answeredImmediately = "terminated: sendResponse over";
        expectTable(states, events, stepNonInviteServer, [
            ["trying", "respond", answered, answeredImmediately],
            ["trying", "slow", "proceeding: sendTrying"],
            ["trying", "silent", "terminated: silent over"],
            ["proceeding", "request", "proceeding: resend"],
            ["proceeding", "respond", answered, answeredImmediately],
            ["proceeding", "slow", "proceeding: sendTrying"],
            ["proceeding", "silent", "terminated: silent over"],
            ["completed", "request", "completed: resend"],
            ["completed", "J", "terminated: over"],
        ]);
    });
});
