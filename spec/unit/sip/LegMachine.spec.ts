import { expect, it } from "vitest";
import { LegMachine } from "../../../lib/sip/LegMachine.ts";

type Order = string;

/** A machine whose state is the events that it has read, and whose orders are given by event. */
function machine(orders: Readonly<Record<string, readonly Order[]>>) {
    const begun: string[] = [];
    const sending = new Map<string, PromiseWithResolvers<undefined>>();
    const failures: unknown[] = [];
    const legs: LegMachine<readonly string[], string, Order> = new LegMachine<readonly string[], string, Order>({
        start: [],
        step: (state, event) => ({ state: [...state, event], orders: orders[event] ?? [] }),
        carryOut: async (order, before) => {
            begun.push(order);
            if (order.startsWith("tell ")) {
                legs.happened(order.slice("tell ".length));
                return;
            }
            if (order === "release") {
                await before;
                begun.push("released");
                return;
            }
            const sent = Promise.withResolvers<undefined>();
            sending.set(order, sent);
            await sent.promise;
        },
        onFailure: (error) => failures.push(error),
    });
    return { legs, begun, failures, sent: (order: string) => sending.get(order) };
}

it("begins all orders of an event before the next event is read, although they cause it", () => {
    const { legs, begun } = machine({ answered: ["tell ended", "report answered"], ended: ["report ended"] });
    legs.happened("answered");
    expect(begun).toEqual(["tell ended", "report answered", "report ended"]);
    expect(legs.state).toEqual(["answered", "ended"]);
});

it("resolves when everything has been sent, and releases only then", async () => {
    const { legs, begun, sent } = machine({ end: ["send 480", "release"] });
    let isDone = false;
    const ended = legs.apply("end").then(() => (isDone = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([isDone, begun]).toEqual([false, ["send 480", "release"]]);
    sent("send 480")?.resolve(undefined);
    await ended;
    expect(begun).toEqual(["send 480", "release", "released"]);
});

it("rejects if one order fails, and releases all the same", async () => {
    const { legs, begun, sent } = machine({ end: ["send 480", "release"] });
    const ended = legs.apply("end");
    sent("send 480")?.reject(new Error("no server"));
    await expect(ended).rejects.toThrow("no server");
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun.at(-1)).toBe("released");
});

it("hands the failure of an event that is not awaited on", async () => {
    const { legs, failures, sent } = machine({ end: ["send 480"] });
    legs.happened("end");
    sent("send 480")?.reject(new Error("no server"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual([new Error("no server")]);
});
