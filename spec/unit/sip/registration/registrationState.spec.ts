import { describe, expect, it, test } from "vitest";
import {
    type RegistrationEvent,
    type RegistrationState,
    registrationStart,
    type RegistrationStep,
    stepRegistration,
} from "../../../../lib/sip/registration/registrationState.ts";

const registering = { phase: "registering", asked: 600, failures: 0 } as const;
const registered = { phase: "registered", asked: 600 } as const;
const waiting = { phase: "waiting", asked: 600, failures: 3 } as const;
const leaving = { phase: "leaving" } as const;

const everyEvent: readonly RegistrationEvent[] = [
    { kind: "serverUp" },
    { kind: "serverLost" },
    { kind: "granted", seconds: 300 },
    { kind: "tooBrief", minSeconds: 1_800 },
    { kind: "refused", status: 403 },
    { kind: "failed", status: 503 },
    { kind: "failed", status: 408, elsewhere: true },
    { kind: "timerFired" },
    { kind: "holderDied" },
    { kind: "stop" },
];

const written = ({ state, orders }: RegistrationStep): string[] => [
    `→ ${state.phase}`,
    ...orders.map((order) => {
        switch (order.kind) {
            case "sendRegister":
                return `REGISTER for ${order.seconds}, ${order.to}`;
            case "startTimer":
                return `wait ${order.ms}`;
            case "reportPassedOver":
                return `passed over: ${order.why.status ?? ""}`;
            case "reportDown":
                return `down: ${order.why.kind} ${order.why.status ?? ""}`.trim();
            default:
                return order.kind;
        }
    }),
];

describe("stepRegistration", () => {
    test.each<[string, RegistrationState, RegistrationEvent, string[]]>([
        [
            "begins once there is a server",
            registrationStart(600),
            { kind: "serverUp" },
            ["→ registering", "REGISTER for 600, preferred"],
        ],
        ["has nothing to leave before", registrationStart(600), { kind: "stop" }, ["→ stopped", "reportStopped"]],
        [
            "refreshes what was granted before it ends",
            registering,
            { kind: "granted", seconds: 300 },
            ["→ registered", "reportUp", "wait 247500"],
        ],
        [
            "does not flood who grants hardly anything",
            registering,
            { kind: "granted", seconds: 1 },
            ["→ registered", "reportUp", "wait 1000"],
        ],
        [
            "is not registered with who grants nothing, and waits longer each time",
            { ...registering, failures: 2 },
            { kind: "granted", seconds: 0 },
            ["→ waiting", "down: failed 200", "wait 6000"],
        ],
        [
            "asks for as long as it must",
            registering,
            { kind: "tooBrief", minSeconds: 1_800 },
            ["→ registering", "REGISTER for 1800, same"],
        ],
        [
            "does not ask for less because it must",
            registering,
            { kind: "tooBrief", minSeconds: 600 },
            ["→ waiting", "down: failed 423", "wait 1500"],
        ],
        [
            "does not ask for years",
            registering,
            { kind: "tooBrief", minSeconds: 700_000 },
            ["→ waiting", "down: failed 423", "wait 1500"],
        ],
        [
            "asks slowly where it is refused",
            registering,
            { kind: "refused", status: 403 },
            ["→ waiting", "down: refused 403", "wait 450000"],
        ],
        [
            "asks again soon at first",
            registering,
            { kind: "failed", status: 503 },
            ["→ waiting", "down: failed 503", "wait 1500"],
        ],
        [
            "asks again less often later",
            { ...registering, failures: 4 },
            { kind: "failed" },
            ["→ waiting", "down: failed", "wait 24000"],
        ],
        [
            "never stops asking",
            { ...registering, failures: 9_999 },
            { kind: "failed" },
            ["→ waiting", "down: failed", "wait 225000"],
        ],
        [
            "waits for the time in Retry-After",
            registering,
            { kind: "failed", status: 503, retryAfterSeconds: 60 },
            ["→ waiting", "down: failed 503", "wait 60000"],
        ],
        [
            "but not endlessly",
            registering,
            { kind: "failed", status: 503, retryAfterSeconds: 1e9 },
            ["→ waiting", "down: failed 503", "wait 3600000"],
        ],
        [
            "tries the next address immediately",
            registering,
            { kind: "failed", status: 503, elsewhere: true },
            ["→ registering", "passed over: 503", "REGISTER for 600, next"],
        ],
        [
            "asks all addresses again less often later",
            { ...registering, failures: 4, restSeconds: 0 },
            { kind: "failed", status: 503, retryAfterSeconds: 3_600 },
            ["→ waiting", "down: failed 503", "wait 24000"],
        ],
        [
            "waits for the first address that is back where each wants rest",
            { ...registering, restSeconds: 60 },
            { kind: "failed", status: 503, retryAfterSeconds: 90 },
            ["→ waiting", "down: failed 503", "wait 60000"],
        ],
        [
            "registers again if its address fails",
            registered,
            { kind: "holderDied" },
            ["→ registering", "stopTimer", "REGISTER for 600, preferred"],
        ],
        ["is not hurried by that while it waits", waiting, { kind: "holderDied" }, ["→ waiting"]],
        ["loses its request with the server", registering, { kind: "serverLost" }, ["→ offline", "down: serverLost"]],
        ["refreshes", registered, { kind: "timerFired" }, ["→ registering", "REGISTER for 600, preferred"]],
        [
            "loses its connection with the server",
            registered,
            { kind: "serverLost" },
            ["→ offline", "stopTimer", "down: serverLost"],
        ],
        [
            "removes its contact at the end",
            registered,
            { kind: "stop" },
            ["→ leaving", "stopTimer", "REGISTER for 0, holder"],
        ],
        ["tries again", waiting, { kind: "timerFired" }, ["→ registering", "REGISTER for 600, preferred"]],
        [
            "has no contact to remove after a failure",
            waiting,
            { kind: "stop" },
            ["→ stopped", "stopTimer", "reportStopped"],
        ],
        ["has left when that is confirmed", leaving, { kind: "granted", seconds: 0 }, ["→ stopped", "reportStopped"]],
        ["has left when that fails", leaving, { kind: "failed", status: 408 }, ["→ stopped", "reportStopped"]],
    ])("%s", (_, state, event, expected) => {
        expect(written(stepRegistration(state, event, 0.5))).toEqual(expected);
    });

    it("counts failures until it is registered", () => {
        const events: RegistrationEvent[] = [{ kind: "failed" }, { kind: "timerFired" }, { kind: "failed" }];
        const state = events.reduce<RegistrationState>(
            (before, e) => stepRegistration(before, e, 0).state,
            registering,
        );
        expect(state).toEqual({ phase: "waiting", asked: 600, failures: 2 });
    });

    it("remembers how long the addresses of a round want to rest, and forgets it in the next", () => {
        const walked = (...seconds: number[]): RegistrationState =>
            seconds.reduce<RegistrationState>(
                (before, retryAfterSeconds) =>
                    stepRegistration(before, { kind: "failed", retryAfterSeconds, elsewhere: true }, 0).state,
                registering,
            );
        expect(walked(90, 60, 120)).toEqual({ ...registering, restSeconds: 60 });
        expect(walked(90, 0)).toEqual({ ...registering, restSeconds: 0 });
        const pause = stepRegistration(walked(90), { kind: "failed" }, 0).state;
        const next = stepRegistration(pause, { kind: "timerFired" }, 0).state;
        expect(next).toEqual({ ...registering, failures: 1 });
    });

    it("keeps asking for the seconds a 423 named, also after the server was away", () => {
        const events: RegistrationEvent[] = [
            { kind: "tooBrief", minSeconds: 1_800 },
            { kind: "granted", seconds: 1_800 },
            { kind: "serverLost" },
        ];
        const state = events.reduce<RegistrationState>(
            (before, e) => stepRegistration(before, e, 0).state,
            registering,
        );
        expect(written(stepRegistration(state, { kind: "serverUp" }, 0))).toEqual([
            "→ registering",
            "REGISTER for 1800, preferred",
        ]);
    });

    it("spreads refreshes from 75 to 90 %, and pauses from half to whole", () => {
        const refresh = [0, 1].map((jitter) =>
            stepRegistration(registering, { kind: "granted", seconds: 100 }, jitter),
        );
        expect(refresh.map((step) => written(step).at(-1))).toEqual(["wait 75000", "wait 90000"]);
        const pause = [0, 1].map((jitter) => stepRegistration(registering, { kind: "failed" }, jitter));
        expect(pause.map((step) => written(step).at(-1))).toEqual(["wait 1000", "wait 2000"]);
    });
});

describe("every sequence of six events", () => {
    interface Trace {
        readonly state: RegistrationState;
        readonly timer: "runs" | "stopped";
        readonly path: readonly string[];
    }

    const step = (before: Trace, event: RegistrationEvent): Trace => {
        const { state, orders } = stepRegistration(before.state, event, 0.5);
        let timer = event.kind === "timerFired" ? "stopped" : before.timer;
        for (const order of orders) {
            if (order.kind === "startTimer") timer = "runs";
            if (order.kind === "stopTimer") timer = "stopped";
        }
        return { state, timer, path: [...before.path, event.kind] };
    };

    const fault = ({ state, timer }: Trace): string | undefined => {
        const waits = state.phase === "registered" || state.phase === "waiting";
        if (waits && timer === "stopped") return "given up: nothing is on its way and no timer runs";
        if (!waits && timer === "runs") return "a timer runs for nothing";
        return undefined;
    };

    it("never gives up, and leaves no timer behind", () => {
        let steps = 0;
        const walk = (trace: Trace, depth: number): void => {
            if (depth === 0 || trace.state.phase === "stopped") return;
            for (const event of everyEvent) {
                // a timer that does not run does not fire
                if (event.kind === "timerFired" && trace.timer === "stopped") continue;
                const next = step(trace, event);
                steps++;
                const found = fault(next);
                if (found !== undefined) expect.fail(`${found}: ${next.path.join(" → ")}`);
                walk(next, depth - 1);
            }
        };
        walk({ state: registrationStart(600), timer: "stopped", path: [] }, 6);
        expect(steps).toBeGreaterThan(10_000);
    });
});
