import { describe, expect, test } from "vitest";
import { mirrored } from "../../../lib/sdp/direction.ts";
import type { Direction } from "../../../lib/sdp/sessionDescription.ts";
import {
    directionFor,
    holds,
    type Music,
    TALKS,
    wishAfterAnswer,
    wishAfterCommand,
    wishAfterOffer,
    type Wish,
} from "../../../lib/sdp/Wish.ts";

const wish = (direction: Direction, command: Wish["command"] = "none"): Wish => ({ direction, command });

test.each([
    [wish("sendrecv"), "talks", "sendrecv", "sendrecv"],
    [wish("recvonly"), "talks", "recvonly", "recvonly"],
    [wish("sendonly"), "holds", "sendonly", "sendonly"],
    [wish("inactive"), "holds", "inactive", "sendonly"],
    [wish("sendrecv", "held"), "holds", "inactive", "sendonly"],
] as const)("a party that wants %o %s; the other one is offered %s, and with music %s", (it, hold, bare, played) => {
    expect(holds(it) ? "holds" : "talks").toBe(hold);
    expect(directionFor(it, "none")).toBe(bare);
    expect(directionFor(it, "played")).toBe(played);
});

describe("the wish of a party", () => {
    test.each([
        ["that holds", TALKS, "sendrecv", "sendonly", wish("sendonly")],
        ["that resumes", wish("sendonly"), "sendonly", "sendrecv", TALKS],
        ["that repeats its answer to a hold", TALKS, "recvonly", "recvonly", TALKS],
        ["that holds while it is held", TALKS, "recvonly", "inactive", wish("inactive")],
        [
            "that refreshes while a command holds",
            wish("sendrecv", "held"),
            "sendrecv",
            "sendrecv",
            wish("sendrecv", "held"),
        ],
        [
            "that restarts ICE while a command holds",
            wish("sendrecv", "held"),
            "recvonly",
            "sendrecv",
            wish("sendrecv", "held"),
        ],
        ["that holds while a command holds", wish("sendrecv", "held"), "sendrecv", "sendonly", wish("sendonly")],
    ] as const)("%s in an offer", (_, before, last, direction, after) => {
        expect(wishAfterOffer(before, last, direction)).toEqual(after);
    });

    test.each([
        ["that agrees", TALKS, "sendrecv", "sendrecv", TALKS],
        ["that is held", TALKS, "sendonly", "recvonly", TALKS],
        ["that is held in silence", TALKS, "inactive", "inactive", TALKS],
        ["that holds and is held", wish("sendonly"), "sendonly", "inactive", wish("sendonly")],
        ["that holds and is resumed", wish("sendonly"), "sendrecv", "sendonly", wish("sendonly")],
        ["that holds by its answer", TALKS, "sendrecv", "inactive", wish("inactive")],
        ["that resumes by its answer", wish("sendonly"), "sendrecv", "sendrecv", TALKS],
        [
            "that does not know that a command holds",
            wish("sendrecv", "held"),
            "sendrecv",
            "sendrecv",
            wish("sendrecv", "held"),
        ],
    ] as const)("%s in an answer", (_, before, offered, answer, after) => {
        expect(wishAfterAnswer(before, offered, answer)).toEqual(after);
    });

    test("follows a command, which does not end a hold by the party itself", () => {
        expect(wishAfterCommand(TALKS, "holds")).toEqual(wish("sendrecv", "held"));
        expect(wishAfterCommand(wish("sendrecv", "held"), "talks")).toEqual(TALKS);
        expect(wishAfterCommand(wish("sendonly"), "holds")).toEqual(wish("sendonly"));
        expect(wishAfterCommand(wish("sendonly"), "talks")).toEqual(wish("sendonly"));
    });
});

/** Both parties hold and resume, in every order of four steps; the party that is asked answers as RFC 3264, section 8.4, says. */
describe("two parties that hold and resume in any order", () => {
    type Step = "one holds" | "one resumes" | "other holds" | "other resumes";
    const steps: readonly Step[] = ["one holds", "one resumes", "other holds", "other resumes"];
    const orders = steps.flatMap((first) =>
        steps.flatMap((second) =>
            steps.flatMap((third) => steps.map((fourth) => [first, second, third, fourth] as const)),
        ),
    );

    interface Phone {
        readonly user: "holds" | "talks";
        readonly last: Direction;
        readonly wish: Wish;
    }
    const talking: Phone = { user: "talks", last: "sendrecv", wish: TALKS };

    /** One of them offers, and the other one, whose user has not changed anything, answers. */
    function exchange(by: Phone, peer: Phone, hold: Direction, music: Music): readonly [Phone, Phone] {
        const offer = by.user === "holds" ? hold : "sendrecv";
        const wanted = wishAfterOffer(by.wish, by.last, offer);
        const offered = directionFor(wanted, music);
        const own = peer.user === "holds" ? hold : "sendrecv";
        const answer = meetOf(mirrored(offered), own);
        return [
            { ...by, last: offer, wish: wanted },
            { ...peer, last: answer, wish: wishAfterAnswer(peer.wish, offered, answer) },
        ];
    }

    // Without music, a party that is held by `inactive` and holds as well offers what it said last; its next answer says it.
    test.each([
        ["sendonly", "none"],
        ["sendonly", "played"],
        ["inactive", "played"],
    ] as const)("each holds as long as its own user does (%s, music: %s)", (hold, music) => {
        for (const order of orders) {
            let [one, other] = [talking, talking];
            for (const step of order) {
                const user = step.endsWith("holds") ? "holds" : "talks";
                if (step.startsWith("one")) [one, other] = exchange({ ...one, user }, other, hold, music);
                else [other, one] = exchange({ ...other, user }, one, hold, music);
                const found = [one, other].map((phone) => (holds(phone.wish) ? "holds" : "talks"));
                expect(found, order.join(" → ")).toEqual([one.user, other.user]);
            }
        }
    });

    function meetOf(first: Direction, second: Direction): Direction {
        const sends = [first, second].every((each) => each === "sendrecv" || each === "sendonly");
        const receives = [first, second].every((each) => each === "sendrecv" || each === "recvonly");
        if (sends) return receives ? "sendrecv" : "sendonly";
        return receives ? "recvonly" : "inactive";
    }
});
