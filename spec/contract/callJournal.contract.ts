import { beforeEach, describe, expect, it } from "vitest";
import { ORIGIN, targetLeg, type CallId, type Sdp } from "../../lib/call/vocabulary.ts";
import type { MatrixUserId } from "../../lib/numbering/MatrixUserId.ts";
import type { CallJournal, CallSnapshot } from "../../lib/ports/CallJournal.ts";
import { journaled } from "../support/journaled.ts";

/** A connected call between a phone and a Matrix user. */
export function aConnectedCall(callId: string, openedAt = 1_000): CallSnapshot {
    const policy = { ringMs: 60_000, maxDurationMs: 3_600_000 };
    const user = "@alice:matrix.example" as MatrixUserId;
    return {
        callId: callId as CallId,
        state: {
            phase: "connected",
            ...{ openedAt, policy, answeredAt: 2_000, deadline: 3_602_000, heldBy: [], links: 0, transfer: undefined },
            ...{ origin: ORIGIN, target: targetLeg(1), media: targetLeg(1) },
        },
        parties: {
            direction: "inbound",
            caller: { kind: "anonymous" },
            callee: { kind: "user", user },
            targetNetwork: "homeserver",
        },
        notes: [{ kind: "matrixCall", roomId: "!r:matrix.example", matrixCallId: callId }],
        legs: [
            {
                leg: targetLeg(1),
                record: {
                    ...{ network: "matrix", role: "callee", phase: "answered", room: "!r:matrix.example" },
                    ...{ ghost: "@sip_1:matrix.example", user, matrixCallId: callId, version: 1, partyId: "sip1" },
                    ...{ negotiations: 2, peer: { version: 1, partyId: "PHONE" } },
                },
            },
        ],
        media: [
            {
                leg: targetLeg(1),
                transports: { origin: "rtp", target: "webrtc" },
                record: { server: "127.0.0.1:2223", data: { sdp: "v=0\r\né" as Sdp } },
            },
        ],
    };
}

/** What a call journal does. `open` opens the same one again, as after a restart. */
export function describeCallJournal(name: string, start: () => { readonly open: () => CallJournal }): void {
    describe(`the call journal ${name}`, () => {
        let open: () => CallJournal;

        beforeEach(() => {
            ({ open } = start());
        });

        it("is empty at first", async () => {
            const journal = open();
            expect(journal.adopt()).toEqual([]);
            await journal.close();
        });

        it("returns the last record of each call, in the order in which the calls began, after a restart", async () => {
            const before = open();
            before.write(journaled(aConnectedCall("one", 1)));
            before.write(journaled(aConnectedCall("two", 2)));
            const changed = { ...aConnectedCall("one", 1), legs: [] };
            before.write(journaled(changed));
            await before.close();
            const after = open();
            expect(after.adopt()).toEqual([changed, aConnectedCall("two", 2)]);
            await after.close();
        });

        it("does not return a call that is over", async () => {
            const before = open();
            before.write(journaled(aConnectedCall("one")));
            before.remove("one" as CallId);
            before.remove("unknown" as CallId);
            await before.close();
            expect(open().adopt()).toEqual([]);
        });

        it("has a record from the return of write on, also after a crash", () => {
            const before = open();
            before.write(journaled(aConnectedCall("one")));
            expect(open().adopt()).toEqual([aConnectedCall("one")]);
        });

        it("keeps all of many writes at the same time", async () => {
            const before = open();
            const names = Array.from({ length: 200 }, (_, n) => `call${n}`);
            const written = names.map((callId) => {
                before.write(journaled(aConnectedCall(callId)));
                return before.synchronised();
            });
            await Promise.all(written);
            for (const callId of names.slice(1)) before.remove(callId as CallId);
            await before.close();
            expect(open().adopt()).toEqual([aConnectedCall("call0")]);
        });
    });
}
