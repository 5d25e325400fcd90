import { expect, test } from "vitest";
import { type AddressHealth, type HealthEvent, stepHealth } from "../../../../lib/sip/trunk/addressHealth.ts";

const alive: AddressHealth = { kind: "alive" };
const dead: AddressHealth = { kind: "dead" };
const resting = (meanwhile: "alive" | "dead"): AddressHealth => ({ kind: "resting", meanwhile });
const probed = (found: "alive" | "dead"): HealthEvent => ({ kind: "probed", found });

test.each<[AddressHealth, HealthEvent, AddressHealth]>([
    [alive, probed("alive"), alive],
    [alive, probed("dead"), dead],
    [alive, { kind: "askedForRest" }, resting("alive")],
    [alive, { kind: "rested" }, alive],
    [dead, probed("alive"), alive],
    [dead, probed("dead"), dead],
    [dead, { kind: "askedForRest" }, resting("dead")],
    [dead, { kind: "rested" }, dead],
    [resting("alive"), probed("dead"), resting("dead")],
    [resting("dead"), probed("alive"), resting("alive")],
    [resting("dead"), { kind: "askedForRest" }, resting("dead")],
    [resting("alive"), { kind: "rested" }, alive],
    [resting("dead"), { kind: "rested" }, dead],
])("%o, after %o, is %o", (before, event, after) => {
    expect(stepHealth(before, event)).toEqual(after);
});
