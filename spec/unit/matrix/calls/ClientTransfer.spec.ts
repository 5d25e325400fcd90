import { beforeEach, describe, expect, it } from "vitest";
import { ClientTransfer, type ClientTransferParts } from "../../../../lib/matrix/calls/ClientTransfer.ts";
import { decodeCallEvent } from "../../../../lib/matrix/calls/decodeCallEvent.ts";
import type { MatrixRoomId, MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { SipAddress } from "../../../../lib/numbering/SipAddress.ts";
import type { CallLeg, LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { FakeLeg } from "../../../support/FakeLeg.ts";
import { settle } from "../../../support/settle.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const bob = "@bob:matrix.example" as MatrixUserId;
const ghost = "@sip_desk:matrix.example" as MatrixUserId;
const desk = { kind: "address", address: "desk@pbx.example" as SipAddress } as const;
const replaces = (target: MatrixUserId, role: "create" | "await" = "create") =>
    ({ kind: "replaces", callId: "c1", version: 1, target, role }) as const;

const place = { room: "!call:matrix.example" as MatrixRoomId, ghost };

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
    transfer = transferWith({});
});

function transferWith(names: Pick<ClientTransferParts, "callerNames">): ClientTransfer {
    return new ClientTransfer(
        {
            names: { partyOf: (user) => (user === ghost ? desk : undefined) },
            registry: { connectedCall: () => connected },
            clock,
            ...names,
        },
        alice,
        { report: (event) => events.push(event), leave: (notice) => left.push(notice) },
    );
}

const requested = (to: unknown) => [{ kind: "transferRequested", request: { by: { kind: "user", user: alice }, to } }];

describe("an m.call.replaces", () => {
    it("transfers to a user", () => {
        transfer.take(replaces(bob), place);
        expect(events).toEqual(requested({ kind: "user", user: bob }));
    });

    it("transfers to the party that a ghost represents", () => {
        transfer.take(replaces(ghost), place);
        expect(events).toEqual(requested({ kind: "dialled", callees: [desk] }));
    });

    it("transfers to the call that the user has with the ghost", () => {
        connected = new FakeLeg();
        transfer.take(replaces(ghost), place);
        expect(events).toEqual(requested({ kind: "call", leg: connected }));
    });

    it("ends a call that waits to be joined and is not, because its client has left it", () => {
        transfer.take(replaces(ghost, "await"), place);
        expect(events).toEqual([]);
        clock.advance(5_000);
        expect(left).toEqual([undefined]);
    });

    it("keeps a call that was joined in time", () => {
        transfer.take(replaces(ghost, "await"), place);
        transfer.stop();
        clock.advance(5_000);
        expect(left).toEqual([]);
    });

    it("that fails ends the call and says why", () => {
        transfer.take(replaces(bob), place);
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

describe("an m.call.replaces if names are shown", () => {
    const callerNames: ClientTransferParts["callerNames"] = {
        nameOf: (asGhost, room, user) =>
            Promise.resolve(asGhost === ghost && room === place.room && user === alice ? "Alice" : undefined),
    };

    it("transfers to a number or address with the user's name in the room of the call", async () => {
        transferWith({ callerNames }).take(replaces(ghost), place);
        await settle();
        const to = { kind: "dialled", callees: [desk] };
        const by = { kind: "user", user: alice };
        expect(events).toEqual([{ kind: "transferRequested", request: { by, to, profileName: "Alice" } }]);
    });

    it("requests no transfer of a call that ended before the name was known", async () => {
        const named = transferWith({ callerNames });
        named.take(replaces(ghost), place);
        named.stop();
        await settle();
        expect(events).toEqual([]);
    });
});
