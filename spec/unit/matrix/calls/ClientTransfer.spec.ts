import { beforeEach, describe, expect, it } from "vitest";
import { ClientTransfer } from "../../../../lib/matrix/calls/ClientTransfer.ts";
import { decodeCallEvent } from "../../../../lib/matrix/calls/decodeCallEvent.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { SipAddress } from "../../../../lib/numbering/SipAddress.ts";
import type { CallLeg, LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { FakeLeg } from "../../../support/FakeLeg.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const bob = "@bob:matrix.example" as MatrixUserId;
const ghost = "@sip_desk:matrix.example" as MatrixUserId;
const desk = { kind: "address", address: "desk@pbx.example" as SipAddress } as const;
const replaces = (target: MatrixUserId, role: "create" | "await" = "create") =>
    ({ kind: "replaces", callId: "c1", version: 1, target, role }) as const;

let clock: FakeClock;
let events: LegEvent[];
let left: (string | undefined)[];
let connected: CallLeg | undefined;
let transfer: ClientTransfer;

beforeEach(() => {
    clock = new FakeClock();
    events = [];
    left = [];
    connected = undefined;
    transfer = new ClientTransfer(
        {
            names: { partyOf: (user) => (user === ghost ? desk : undefined) },
            registry: { connectedCall: () => connected },
            clock,
        },
        alice,
        { report: (event) => events.push(event), leave: (notice) => left.push(notice) },
    );
});

const requested = (to: unknown) => [{ kind: "transferRequested", request: { by: { kind: "user", user: alice }, to } }];

describe("an m.call.replaces", () => {
    it("transfers to a user", () => {
        transfer.take(replaces(bob));
        expect(events).toEqual(requested({ kind: "user", user: bob }));
    });

    it("transfers to the party that a ghost represents", () => {
        transfer.take(replaces(ghost));
        expect(events).toEqual(requested({ kind: "dialled", callees: [desk] }));
    });

    it("transfers to the call that the user has with the ghost", () => {
        connected = new FakeLeg();
        transfer.take(replaces(ghost));
        expect(events).toEqual(requested({ kind: "call", leg: connected }));
    });

    it("ends a call that waits to be joined and is not, because its client has left it", () => {
        transfer.take(replaces(ghost, "await"));
        expect(events).toEqual([]);
        clock.advance(5_000);
        expect(left).toEqual([undefined]);
    });

    it("keeps a call that was joined in time", () => {
        transfer.take(replaces(ghost, "await"));
        transfer.stop();
        clock.advance(5_000);
        expect(left).toEqual([]);
    });

    it("that fails ends the call and says why", () => {
        transfer.take(replaces(bob));
        transfer.reportTransfer({ stage: "placed" });
        transfer.reportTransfer({ stage: "failed", cause: "busy" });
        expect(left).toEqual(["The transfer failed. The line is busy. Try again later."]);
    });

    it("is not what a command asked for, whose user stays in the call", () => {
        transfer.reportTransfer({ stage: "failed", cause: "busy" });
        expect(left).toEqual([]);
    });

    it.each([
        [{ create_call: "c2" }, "create"],
        [{ await_call: "c2" }, "await"],
    ] as const)("is read with %o", (more, role) => {
        const content = { call_id: "c1", version: "1", party_id: "P", target_user: { id: bob }, ...more };
        expect(decodeCallEvent("m.call.replaces", content)).toEqual({
            message: { kind: "replaces", callId: "c1", version: 1, partyId: "P", target: bob, role },
        });
    });

    it.each([
        [{ target_user: { id: "bob" }, create_call: "c2" }],
        [{ target_user: { id: bob } }],
        [{ target_user: { id: bob }, create_call: "c2", await_call: "c3" }],
        [{ create_call: "c2" }],
    ])("is dropped with %o", (more) => {
        expect(decodeCallEvent("m.call.replaces", { call_id: "c1", version: "1", ...more })).toMatchObject({
            failure: "bad_content",
        });
    });
});
