import { expect, test } from "vitest";
import { LookupLanes } from "../../../../lib/sip-server/resolve/LookupLanes.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";

/** A system whose answers are given by hand. */
function lanes() {
    const clock = new FakeClock();
    const asked: string[] = [];
    const open = new Map<string, PromiseWithResolvers<string[]>>();
    const lookup = (name: string): Promise<string[]> => {
        const answer = Promise.withResolvers<string[]>();
        asked.push(name);
        open.set(name, answer);
        return answer.promise;
    };
    const answer = async (name: string): Promise<void> => {
        open.get(name)?.resolve(["192.0.2.1"]);
        await settled();
    };
    return { clock, asked, answer, lanes: new LookupLanes(lookup, clock, 4_000) };
}

async function settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** What came of it, without waiting. */
function outcome(promise: Promise<string[]>): { now: string } {
    const seen = { now: "open" };
    promise.then(
        () => (seen.now = "found"),
        (error: unknown) => (seen.now = String(error)),
    );
    return seen;
}

test("the same name is asked for once at a time", async () => {
    const { asked, answer, lanes: resolver } = lanes();
    const both = [resolver.addresses("a"), resolver.addresses("a")].map(outcome);
    await answer("a");
    expect([asked, both.map(({ now }) => now)]).toEqual([["a"], ["found", "found"]]);
    outcome(resolver.addresses("a"));
    expect(asked).toEqual(["a", "a"]);
});

test("however many names are not answered, those that were before still are", async () => {
    const { clock, asked, answer, lanes: resolver } = lanes();
    outcome(resolver.addresses("trunk"));
    await answer("trunk");
    const silent = Array.from({ length: 50 }, (_, n) => outcome(resolver.addresses(`silent${n}`)));
    await settled();
    expect(asked).toEqual(["trunk", "silent0", "silent1"]);
    const trunk = outcome(resolver.addresses("trunk"));
    await answer("trunk");
    expect([trunk.now, silent[0]?.now]).toEqual(["found", "open"]);
    // one that needed too long is not one of them any more
    const again = outcome(resolver.addresses("trunk"));
    clock.advance(4_001);
    await answer("trunk");
    const slow = outcome(resolver.addresses("trunk"));
    await settled();
    expect([again.now, slow.now, asked.length]).toEqual(["found", "open", 5]);
});

test("skips a lookup whose callers have all given up, but not later ones", async () => {
    const { clock, asked, answer, lanes: resolver } = lanes();
    const [first, , stale] = ["a", "b", "stale"].map((name) => outcome(resolver.addresses(name)));
    clock.advance(4_001);
    const fresh = outcome(resolver.addresses("fresh"));
    await answer("a");
    expect([first?.now, stale?.now, fresh.now]).toEqual(["found", "Error: all callers have given up", "open"]);
    expect(asked).toEqual(["a", "b", "fresh"]);
});

test("no more lookups wait than their timeout allows", async () => {
    const { lanes: resolver } = lanes();
    const all = Array.from({ length: 103 }, (_, n) => outcome(resolver.addresses(`n${n}`)));
    await settled();
    expect(all.slice(-2).map(({ now }) => now)).toEqual(["open", "Error: too many look-ups are waiting"]);
});
