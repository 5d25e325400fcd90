import { beforeEach, describe, expect, test } from "vitest";
import type { LegEvent } from "../../../lib/ports/CallLeg.ts";
import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import { beforeEachOutgoingCalls } from "../../support/sip/beforeEachOutgoingCalls.ts";
import { type Offered, OUR_SDP, type OutgoingCalls, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { progresses, type Step } from "../../support/sip/progress.ts";
import { PHONE_SDP, ScriptedPhone, sdpOf } from "../../support/sip/ScriptedPhone.ts";
import { type SipSide } from "../../support/sip/SipSide.ts";

// What peers send between INVITE and its final response, in every order. Two phones behind a proxy answer with tags of their own.

const ONE = sdpOf(41_000);
const TWO = sdpOf(42_000);

let calls: OutgoingCalls;
let side: SipSide;

beforeEachOutgoingCalls((made, on) => {
    calls = made;
    side = on;
    calls.phone.answerAlways("PRACK", 200, "OK");
});

/** The phone answers with this tag, and all that was reported until then is returned. */
async function answers(placed: Offered, tag: string, body?: string): Promise<readonly LegEvent[]> {
    calls.phone.respond(placed.invite, 200, "OK", { tag, ...(body !== undefined && { body }) });
    await calls.phone.next("ACK");
    await calls.hangUp(placed);
    return placed.reported.facts.filter(({ kind }) => kind !== "recordChanged");
}

function offered(given: Partial<SipTrunk> = {}): Promise<Offered> {
    return calls.offered(trunkTo(calls.phone, given));
}

describe("without early media, the user hears the client's own ringback", () => {
    test.each<[string, readonly Step[]]>([
        ["180", [[180, "one"]]],
        ["183 with SDP", [[183, "one", { body: ONE }]]],
        ["183 without SDP", [[183, "one"]]],
        [
            "180, 183 with SDP, 180",
            [
                [180, "one"],
                [183, "one", { body: ONE }],
                [180, "one"],
            ],
        ],
        [
            "183 with SDP, 180, 183 with other SDP",
            [
                [183, "one", { body: ONE }],
                [180, "one"],
                [183, "one", { body: TWO }],
            ],
        ],
        [
            "180 with SDP, 180 without, 180 with",
            [
                [180, "one", { body: ONE }],
                [180, "one"],
                [180, "one", { body: ONE }],
            ],
        ],
        ["five 180 from five phones", ["a", "b", "c", "d", "one"].map((tag) => [180, tag] as const)],
        [
            "reliable 183, reliable 180",
            [
                [183, "one", { body: ONE, reliable: 1 }],
                [180, "one", { reliable: 2 }],
            ],
        ],
        [
            "reliable 180, unreliable 183",
            [
                [180, "one", { reliable: 7 }],
                [183, "one", { body: ONE }],
            ],
        ],
        [
            "180, 199 of another phone",
            [
                [180, "one"],
                [180, "two"],
                [199, "two"],
            ],
        ],
    ])("after %s: it rings once, and the answer is that of the 200", async (_, steps) => {
        const placed = await offered();
        await progresses(calls.phone, placed, steps);
        expect(await answers(placed, "one", PHONE_SDP)).toEqual([
            { kind: "ringing" },
            { kind: "answered", sdp: PHONE_SDP },
        ]);
    });

    test.each<[string, readonly Step[], string, string]>([
        ["183 with SDP", [[183, "one", { body: ONE }]], "one", ONE],
        [
            "two 183 of one phone",
            [
                [183, "one", { body: ONE }],
                [183, "one", { body: TWO }],
            ],
            "one",
            TWO,
        ],
        [
            "183 of both phones, the first answers",
            [
                [183, "one", { body: ONE }],
                [183, "two", { body: TWO }],
            ],
            "one",
            ONE,
        ],
        [
            "183 of both phones, the second answers",
            [
                [183, "one", { body: ONE }],
                [183, "two", { body: TWO }],
            ],
            "two",
            TWO,
        ],
        [
            "reliable 183 of both phones",
            [
                [183, "one", { body: ONE, reliable: 1 }],
                [183, "two", { body: TWO, reliable: 1 }],
            ],
            "two",
            TWO,
        ],
        [
            "reliable 183, then 180",
            [
                [183, "one", { body: ONE, reliable: 1 }],
                [180, "one"],
            ],
            "one",
            ONE,
        ],
        [
            "183 of a phone that gives up (199)",
            [
                [183, "one", { body: ONE }],
                [183, "two", { body: TWO }],
                [199, "one"],
            ],
            "two",
            TWO,
        ],
    ])("after %s, a 200 without SDP stands for the session of its phone", async (_, steps, tag, sdp) => {
        const placed = await offered();
        await progresses(calls.phone, placed, steps);
        expect(await answers(placed, tag)).toEqual([{ kind: "ringing" }, { kind: "answered", sdp }]);
    });
});

describe("with earlyMedia: answer, the user is connected with the first session", () => {
    beforeEach(() => {
        calls.mayAnswerEarly = true;
    });

    test.each<[string, readonly Step[], string, string, readonly LegEvent["kind"][]]>([
        [
            "183, 180, 200 of the same session",
            [
                [183, "one", { body: ONE }],
                [180, "one"],
            ],
            "one",
            ONE,
            [],
        ],
        [
            "180, 183, 200 of the same session",
            [
                [180, "one"],
                [183, "one", { body: ONE }],
            ],
            "one",
            ONE,
            [],
        ],
        [
            "183, 183 of another session, 200",
            [
                [183, "one", { body: ONE }],
                [183, "one", { body: TWO }],
            ],
            "one",
            ONE,
            [],
        ],
        ["183, 200 of another session", [[183, "one", { body: ONE }]], "one", TWO, ["offered"]],
        [
            "183 of both phones, 200 of the second",
            [
                [183, "one", { body: ONE }],
                [183, "two", { body: TWO }],
            ],
            "two",
            TWO,
            ["offered"],
        ],
        ["reliable 183, 200 without SDP", [[183, "one", { body: ONE, reliable: 1 }]], "one", "", []],
    ])("%s", async (_, steps, tag, final, more) => {
        const placed = await offered({ earlyMedia: "answer" });
        await progresses(calls.phone, placed, steps);
        const facts = await answers(placed, tag, final === "" ? undefined : final);
        expect(facts.slice(0, 2)).toEqual([{ kind: "ringing" }, { kind: "answered", sdp: ONE }]);
        expect(facts.slice(2).map(({ kind }) => kind)).toEqual(more);
    });

    test("a call that then fails ends with its own cause", async () => {
        const placed = await offered({ earlyMedia: "answer" });
        await progresses(calls.phone, placed, [[183, "one", { body: ONE }]]);
        await calls.refuse(placed.invite, 404, "Not Found");
        await placed.reported.next();
        await placed.reported.next();
        expect(await placed.reported.next()).toEqual({ kind: "ended", cause: "notFound" });
    });
});

describe("an UPDATE before the answer (RFC 3311, section 5.2)", () => {
    test("of the phone that is called: 491 with an offer, because its answer to ours is due, and 200 without one", async () => {
        const placed = await offered();
        await progresses(calls.phone, placed, [[180, "one"]]);
        calls.phone.callBack(placed.invite, "UPDATE", 1, { tag: "one", body: ONE });
        await calls.phone.next("SIP/2.0 491");
        calls.phone.callBack(placed.invite, "UPDATE", 2, { tag: "one" });
        await calls.phone.next("SIP/2.0 200");
        expect(await answers(placed, "one", PHONE_SDP)).toHaveLength(2);
    });

    test("of the caller: 500 with Retry-After with an offer, because our answer is due, and 200 without one", async () => {
        const phone = await ScriptedPhone.on(side.port());
        const call = phone.invite(`sip:alice@127.0.0.1:${side.port()}`, { body: PHONE_SDP });
        const { request } = await side.intake.next();
        await request.origin.ring();
        const ringing = await phone.next("SIP/2.0 180");
        phone.inDialog(call, ringing, "UPDATE", 2, { body: ONE });
        expect(Number((await phone.next("SIP/2.0 500")).header("retry-after"))).toBeLessThanOrEqual(10);
        phone.inDialog(call, ringing, "UPDATE", 3);
        await phone.next("SIP/2.0 200");
        await request.origin.accept(OUR_SDP);
        const ok = await phone.next("SIP/2.0 200");
        phone.inDialog(call, ok, "ACK", 1);
        phone.inDialog(call, ok, "BYE", 4);
        await phone.next("SIP/2.0 200");
        phone.close();
    });
});

test.each([
    ["Require: 100rel", "100rel"],
    ["Supported: 100rel", ""],
])("the ringing of a caller with %s has Require: %s", async (header, required) => {
    const phone = await ScriptedPhone.on(side.port());
    const call = phone.invite(`sip:alice@127.0.0.1:${side.port()}`, { body: PHONE_SDP, headers: [header] });
    const { request } = await side.intake.next();
    await request.origin.ring();
    const ringing = await phone.next("SIP/2.0 180");
    expect(ringing.header("require")).toBe(required);
    if (required !== "") {
        phone.inDialog(call, ringing, "PRACK", 2, { headers: [`RAck: ${ringing.header("rseq")} 1 INVITE`] });
        await phone.next("SIP/2.0 200");
    }
    await request.origin.end("busy");
    phone.within(call, "ACK", await phone.next("SIP/2.0 486"));
    phone.close();
});
