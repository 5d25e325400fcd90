import { describe, expect, it } from "vitest";
import { TransferRoutes, type RoutedTransfer } from "../../../../lib/desk/transfer/TransferRoutes.ts";
import { DialPlan } from "../../../../lib/numbering/DialPlan.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { PhoneTarget } from "../../../../lib/ports/CallTarget.ts";
import type { TransferTarget } from "../../../../lib/ports/CallLeg.ts";
import { inboundTo, numberingWith, patterns } from "../../../support/dialling.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const bob = "@bob:matrix.example" as MatrixUserId;
const number = (text: string) => ({ kind: "number", number: text as PhoneNumber }) as const;
const caller = number("+442079460999");
const dialled = (text: string): TransferTarget => ({ kind: "dialled", callees: [number(text)] });
const desk: PhoneTarget = {
    network: "phone",
    media: "rtp",
    account: "desk",
    contact: "sip:desk@192.0.2.7",
    nextHop: "sip:192.0.2.7",
    caller,
};

const routes = new TransferRoutes({
    dialPlan: new DialPlan({
        inbound: inboundTo({ "+442079460102": bob }, "matrix.example"),
        allow: [{ users: [alice], numbers: patterns("+44*") }],
        trunks: [{ name: "carrier", prefixes: [""], domains: [] }],
        numbering: numberingWith(),
    }),
    phoneBook: { ownerOf: () => undefined, targetsFor: (user) => (user === bob ? [desk] : []) },
    mediaOf: () => "srtp",
});

const byAlice: RoutedTransfer = {
    by: { kind: "user", user: alice },
    to: { kind: "user", user: bob },
    leaves: { kind: "user", user: alice },
    stays: caller,
};
const byTrunk: RoutedTransfer = {
    ...byAlice,
    by: { kind: "trunk", name: "carrier" },
    leaves: caller,
    stays: byAlice.leaves,
};
const route = (transfer: RoutedTransfer, to: TransferTarget) => {
    if (to.kind === "call") throw new Error("calls are not routed");
    return routes.route({ ...transfer, to });
};
const refused = (cause: string) => ({ kind: "refused", cause });

describe("the target of a transfer", () => {
    it("that is a user rings their clients and phones, for the party that stays", () => {
        expect(route(byAlice, { kind: "user", user: bob })).toEqual({
            kind: "targets",
            targets: [{ network: "matrix", media: "webrtc", callee: bob, caller }, desk],
        });
        expect(route(byAlice, dialled("+442079460102"))).toMatchObject({ targets: [{ callee: bob }, desk] });
    });

    it("that is a number is called as the user who transfers, if that may dial it", () => {
        const to = number("+442079460500");
        expect(
            routes.route({ ...byAlice, to: { kind: "dialled", callees: [to] }, referredBy: "sip:desk@x.example" }),
        ).toEqual({
            kind: "targets",
            targets: [
                {
                    network: "sip",
                    media: "srtp",
                    callee: to,
                    caller: alice,
                    trunks: ["carrier"],
                    referredBy: "sip:desk@x.example",
                },
            ],
        });
        expect(route(byAlice, dialled("+3312345678"))).toEqual(refused("forbidden"));
        expect(route({ ...byAlice, by: { kind: "user", user: bob } }, dialled("+442079460500"))).toEqual(
            refused("forbidden"),
        );
    });

    it("that is a number is sent the name of the user who transfers, but not that of a user whose call a trunk transfers", () => {
        const named = { ...byAlice, profileName: "Alice" };
        expect(route(named, dialled("+442079460500"))).toMatchObject({ targets: [{ profileName: "Alice" }] });
        const { targets } = route({ ...byTrunk, profileName: "Alice" }, dialled("+442079460500")) as {
            readonly targets: readonly object[];
        };
        expect(targets[0]).not.toHaveProperty("profileName");
    });

    it("of a trunk is a user that its calls reach, or a number that the user in the call may dial", () => {
        expect(route(byTrunk, dialled("+442079460102"))).toMatchObject({ targets: [{ callee: bob }, desk] });
        expect(route(byTrunk, dialled("+442079460500"))).toMatchObject({ targets: [{ caller: alice }] });
        expect(route(byTrunk, dialled("+3312345678"))).toEqual(refused("forbidden"));
    });

    it("of a trunk is no number if no user is in the call", () => {
        expect(route({ ...byTrunk, stays: caller }, dialled("+442079460500"))).toEqual(refused("forbidden"));
        expect(route({ ...byTrunk, stays: { kind: "phone", account: "desk" } }, dialled("+442079460500"))).toEqual(
            refused("forbidden"),
        );
    });

    it("is no user of a homeserver that calls do not reach", () => {
        const mallory = "@mallory:elsewhere.example" as MatrixUserId;
        expect(route(byAlice, { kind: "user", user: mallory })).toEqual(refused("notFound"));
    });

    it("appears to two Matrix users as who has connected them", () => {
        expect(route({ ...byTrunk, stays: { kind: "user", user: alice } }, dialled("+442079460102"))).toMatchObject({
            targets: [{ callee: bob, caller }, desk],
        });
    });
});
