import { describe, expect, test } from "vitest";
import { advance, type InviteRoute, startRoute } from "../../../../lib/sip/uac/inviteRoute.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

const first = aTrunk({ name: "first" });
const second = aTrunk({ name: "second" });
const route = startRoute([first, second]);

function failure(
    status: number,
    headers: Readonly<Record<string, string>> = {},
    heard: "nothing" | "ringing" = "nothing",
) {
    return { status, headers: new Map(Object.entries(headers)), heard };
}

const anywhere = (): boolean => true;

describe("a failure of the network", () => {
    test.each([408, 500, 502, 503, 504, 599])("%i is tried on the next trunk", (status) => {
        expect(advance(route, failure(status), anywhere)).toMatchObject({
            kind: "next",
            route: { current: { trunk: second }, rest: [] },
        });
    });

    test.each([401, 407])("%i is tried on the next trunk: it is us that the first one does not take", (status) => {
        expect(advance(route, failure(status), anywhere)).toMatchObject({
            kind: "next",
            route: { current: { trunk: second } },
        });
        expect(advance(startRoute([first]), failure(status), anywhere)).toEqual({
            kind: "failed",
            cause: "networkFailure",
        });
    });

    test.each([404, 480, 486, 487, 488, 600, 603])("after %i from the callee no other address is tried", (status) => {
        expect(advance(route, failure(status), anywhere).kind).toBe("failed");
    });

    test("no other address is tried after a phone may have rung", () => {
        expect(advance(route, failure(503, {}, "ringing"), anywhere)).toEqual({
            kind: "failed",
            cause: "networkFailure",
        });
    });

    test("no other address is tried if the network's cause is about the callee", () => {
        expect(advance(route, failure(500, { reason: "Q.850;cause=17" }), anywhere)).toEqual({
            kind: "failed",
            cause: "busy",
        });
    });

    test("the last trunk's failure is the call's", () => {
        expect(advance(startRoute([first]), failure(408), anywhere)).toEqual({ kind: "failed", cause: "noResponse" });
    });
});

describe("a redirect", () => {
    const contacts = (contact: string, from: InviteRoute = route) => advance(from, failure(302, { contact }), anywhere);

    test("is followed, the preferred contact first, before the next trunk", () => {
        const next = contacts('"B" <sip:b@x>;q=0.2, <sips:a@x>;q=0.7, <mailto:c@x>, <sip:b@x>;q=0.1');
        expect(next).toMatchObject({
            kind: "next",
            route: {
                current: { trunk: first, redirectedTo: "sips:a@x" },
                rest: [{ trunk: first, redirectedTo: "sip:b@x" }, { trunk: second }],
                redirects: 2,
            },
        });
    });

    test("is followed after ringing too: the callee itself sent us on", () => {
        expect(advance(route, failure(302, { contact: "<sip:b@x>" }, "ringing"), anywhere).kind).toBe("next");
    });

    test("to a telephone number is followed", () => {
        expect(contacts("<tel:+442079460101>")).toMatchObject({
            route: { current: { trunk: first, redirectedTo: "tel:+442079460101" } },
        });
    });

    test.each([380, 304, 399])(
        "with status %i, which names no other address of the callee, is not followed",
        (status) => {
            expect(advance(startRoute([first]), failure(status, { contact: "<sip:b@x>" }), anywhere).kind).toBe(
                "failed",
            );
        },
    );

    test("without a contact that can be called is a failure", () => {
        expect(contacts("<mailto:b@x>")).toEqual({ kind: "failed", cause: "networkFailure" });
        expect(advance(route, failure(302), anywhere).kind).toBe("failed");
    });

    test("is not followed where that is not allowed", () => {
        const strict = startRoute([aTrunk({ followsRedirects: false })]);
        expect(contacts("<sip:b@x>", strict).kind).toBe("failed");
    });

    test("is followed five times, then no more", () => {
        let current: InviteRoute = startRoute([first]);
        let hops = 0;
        for (let next = contacts("<sip:b@x>", current); next.kind === "next"; next = contacts("<sip:b@x>", current)) {
            current = next.route;
            hops++;
        }
        expect(hops).toBe(5);
    });

    test("is followed only to whom the caller may call", () => {
        const allowed = (uri: string): boolean => uri !== "sip:a@x";
        const next = advance(route, failure(302, { contact: "<sip:a@x>;q=0.9, <sip:b@x>" }), allowed);
        expect(next).toMatchObject({ kind: "next", route: { current: { redirectedTo: "sip:b@x" }, redirects: 1 } });
        expect(advance(route, failure(302, { contact: "<sip:a@x>" }), allowed).kind).toBe("failed");
    });

    test("takes no more contacts than five from one answer", () => {
        const many = Array.from({ length: 100 }, (_, i) => `<sip:${i}@x>`).join(",");
        expect(contacts(many)).toMatchObject({ route: { redirects: 5 } });
    });
});
