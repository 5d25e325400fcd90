import { expect, it } from "vitest";
import { CountingClock } from "../../../../lib/sip-server/transaction/CountingClock.ts";
import { MachineRunner } from "../../../../lib/sip-server/transaction/MachineRunner.ts";
import { over, set, stop, type TimerAction } from "../../../../lib/sip-server/transaction/Step.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";

type Order = { readonly kind: "say"; readonly word: string };
type Timer = "tick" | "tock";

const say = (word: string): Order => ({ kind: "say", word });

/** A machine without a will of its own: its events are the orders to give. */
function runner(start: readonly (Order | TimerAction<Timer>)[] = []): {
    readonly said: string[];
    readonly clock: FakeClock;
    readonly machine: MachineRunner<number, readonly (Order | TimerAction<Timer>)[], Timer, Order, string>;
    /** Called with each word as it is said. */
    onSay: (word: string) => void;
} {
    const clock = new FakeClock();
    const said: string[] = [];
    const machine = new MachineRunner<number, readonly (Order | TimerAction<Timer>)[], Timer, Order, string>(
        {
            start: { state: 0, actions: start },
            step: (state, actions) => ({ state: state + 1, actions }),
            timerFired: (timer) => [say(timer)],
            perform: ({ word }, message) => {
                said.push(message === undefined ? word : `${word} of ${message}`);
                parts.onSay(word);
            },
            over: () => said.push("over"),
        },
        clock,
    );
    const parts = { said, clock, machine, onSay: (_word: string): void => undefined };
    return parts;
}

it("carries out the orders of an event with its message, then those told meanwhile", () => {
    const parts = runner();
    parts.onSay = (word) => {
        if (word === "first") parts.machine.handle([say("third")], "B");
    };
    parts.machine.handle([say("first"), say("second")], "A");
    expect(parts.said).toEqual(["first of A", "second of A", "third of B"]);
    expect(parts.machine.state).toBe(2);
});

it("keeps events that arrive during the start until the start is done", () => {
    const parts = runner([say("first"), say("second")]);
    parts.onSay = (word) => {
        if (word === "first") parts.machine.handle([say("third")]);
    };
    parts.machine.start();
    expect(parts.said).toEqual(["first", "second", "third"]);
});

it("tells the end once, and takes neither orders nor events behind it", () => {
    const { said, machine, clock } = runner();
    machine.handle([set("tick", 10), over, say("late")]);
    machine.handle([say("later")]);
    machine.abort();
    clock.advance(100);
    expect(said).toEqual(["over"]);
    expect(machine.state).toBe(1);
    expect(clock.pending).toBe(0);
});

it("an end from within an order stops the orders behind it, and what waits", () => {
    const parts = runner();
    parts.onSay = () => {
        parts.machine.handle([say("waiting")]);
        parts.machine.abort();
    };
    parts.machine.handle([say("first"), say("second")]);
    expect(parts.said).toEqual(["first", "over"]);
});

it("restarts a timer that is set again, and does not fire one that is stopped", () => {
    const { said, machine, clock } = runner();
    machine.handle([set("tick", 100), set("tock", 150)]);
    clock.advance(60);
    machine.handle([set("tick", 100), stop("tock")]);
    clock.advance(60);
    expect(said).toEqual([]);
    clock.advance(60);
    expect(said).toEqual(["tick"]);
    expect(clock.pending).toBe(0);
});

it("a timer that fires may set itself again, and a later stop finds the new one", () => {
    const parts = runner();
    parts.onSay = () => parts.machine.handle([set("tick", 10)]);
    parts.machine.handle([set("tick", 10)]);
    parts.clock.advance(25);
    expect(parts.said).toEqual(["tick", "tick"]);
    parts.machine.handle([stop("tick")]);
    expect(parts.clock.pending).toBe(0);
});

it("a counting clock counts what is to fire, however often it is taken back", () => {
    const fake = new FakeClock();
    const clock = new CountingClock(fake);
    const [first] = [100, 200].map((ms) => clock.setTimer(ms, () => undefined));
    expect(clock.pending).toBe(2);
    first?.();
    first?.();
    expect(clock.pending).toBe(1);
    fake.advance(500);
    expect([clock.pending, clock.now()]).toEqual([0, 500]);
});
