import { describe, expect, test } from "vitest";
import type { LegEvent } from "../../../lib/ports/CallLeg.ts";
import { beforeEachOutgoingCalls } from "../../support/sip/beforeEachOutgoingCalls.ts";
import type { OutgoingCalls } from "../../support/sip/OutgoingCalls.ts";
import { progresses, type Step } from "../../support/sip/progress.ts";
import { sdpOf } from "../../support/sip/ScriptedPhone.ts";

// What the bridge makes of the end of a call that was not answered: only a phone that rang counts as "no answer".

const ONE = sdpOf(41_000);

let calls: OutgoingCalls;

beforeEachOutgoingCalls((made) => {
    calls = made;
});

describe("the end of a call that was not answered", () => {
    test.each<[string, readonly Step[], number, readonly string[], string]>([
        ["408 of a phone that rang", [[180, "one"]], 408, [], "noAnswer"],
        ["480 of a phone that rang", [[180, "one"]], 480, [], "unavailable"],
        ["480 with Q.850 19", [], 480, ["Reason: Q.850;cause=19"], "noAnswer"],
        ["408 of a network in which nothing rang", [], 408, [], "noResponse"],
        ["504 of a network in which nothing rang", [], 504, [], "networkFailure"],
        ["480 with Q.850 18, nothing rang", [], 480, ["Reason: Q.850;cause=18"], "unavailable"],
        ["480 with Q.850 18 of a phone that rang", [[180, "one"]], 480, ["Reason: Q.850;cause=18"], "noAnswer"],
        ["603 with Q.850 0 of a phone that rang", [[180, "one"]], 603, ["Reason: Q.850;cause=0"], "noAnswer"],
        ["603 with Q.850 16, nothing rang", [], 603, ["Reason: Q.850;cause=16"], "unavailable"],
        ["603", [[180, "one"]], 603, [], "declined"],
        ["603 with Q.850 21", [[180, "one"]], 603, ["Reason: Q.850;cause=21"], "declined"],
        ["404 after an announcement", [[183, "one", { body: ONE }]], 404, [], "notFound"],
        ["487 with Q.850 26", [[180, "one"]], 487, ["Reason: Q.850;cause=26"], "answeredElsewhere"],
    ])("%s", async (_, steps, status, headers, cause) => {
        const placed = await calls.offered();
        await progresses(calls.phone, placed, steps);
        await calls.refuse(placed.invite, status, "Rejected", headers);
        const facts: LegEvent[] = [];
        while (facts.at(-1)?.kind !== "ended") facts.push(await placed.reported.next());
        expect(facts.at(-1)).toEqual({ kind: "ended", cause });
    });
});
