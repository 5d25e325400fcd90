import { expect, test } from "vitest";
import { type AddressHealth, type HealthEvent, stepHealth } from "../../../../lib/sip/trunk/addressHealth.ts";

const fresh = { kind: "alive", probes: "unanswered" } as const;
const alive = { kind: "alive", probes: "answered" } as const;
const deaf = { kind: "alive", probes: "ignored" } as const;
const dead = { kind: "dead" } as const;
const silent = { kind: "dead", silent: true } as const;
const resting = (meanwhile: typeof alive | typeof deaf | typeof dead | typeof silent): AddressHealth => ({
    kind: "resting",
    meanwhile,
});
const probed = (found: "alive" | "silent" | "dead"): HealthEvent => ({ kind: "probed", found });

test.each<[AddressHealth, HealthEvent, AddressHealth]>([
    [fresh, probed("alive"), alive],
    [fresh, probed("silent"), silent],
    [fresh, probed("dead"), dead],
    [fresh, { kind: "answered" }, deaf],
    [fresh, { kind: "called" }, deaf],
    [fresh, { kind: "callUnanswered" }, fresh],
    [alive, probed("alive"), alive],
    [alive, probed("silent"), silent],
    [alive, probed("dead"), dead],
    [alive, { kind: "answered" }, alive],
    [alive, { kind: "called" }, alive],
    [alive, { kind: "callUnanswered" }, alive],
    [alive, { kind: "askedForRest" }, resting(alive)],
    [alive, { kind: "rested" }, alive],
    [deaf, probed("alive"), alive],
    [deaf, probed("silent"), deaf],
    [deaf, probed("dead"), dead],
    [deaf, { kind: "answered" }, deaf],
    [deaf, { kind: "callUnanswered" }, fresh],
    [dead, probed("alive"), alive],
    [dead, probed("silent"), silent],
    [dead, probed("dead"), dead],
    [dead, { kind: "answered" }, deaf],
    [dead, { kind: "called" }, dead],
    [silent, { kind: "answered" }, deaf],
    [silent, { kind: "called" }, deaf],
    [silent, { kind: "callUnanswered" }, silent],
    [dead, { kind: "askedForRest" }, resting(dead)],
    [dead, { kind: "rested" }, dead],
    [resting(alive), probed("dead"), resting(dead)],
    [resting(dead), probed("alive"), resting(alive)],
    [resting(silent), { kind: "called" }, resting(deaf)],
    [resting(dead), { kind: "askedForRest" }, resting(dead)],
    [resting(alive), { kind: "rested" }, alive],
    [resting(silent), { kind: "rested" }, silent],
])("%o, after %o, is %o", (before, event, after) => {
    expect(stepHealth(before, event)).toEqual(after);
});
