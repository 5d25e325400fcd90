import { describe, expect, it } from "vitest";
import {
    endSignalOf,
    onCallerLeft,
    onMessageToCallee,
    type CallerLegState,
} from "../../../../lib/matrix/calls/callerLegState.ts";
import type { CallMessage } from "../../../../lib/matrix/calls/callEventContent.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const mallory = "@mallory:matrix.example" as MatrixUserId;
const sdp = browserDescription();
const parties = { caller: { user: alice, version: 1, partyId: "PHONE" }, ourPartyId: "sipus" } as const;
const phone = { callId: "c", version: 1, partyId: "PHONE" } as const;
const laptop = { callId: "c", version: 1, partyId: "LAPTOP" } as const;
const candidates = [{ candidate: "candidate:1" }];

const calling: CallerLegState = { phase: "calling" };
const accepted: CallerLegState = { phase: "accepted", negotiation: "none" };
const ended: CallerLegState = { phase: "ended" };

const hear = (state: CallerLegState, message: CallMessage, sender = alice) =>
    onMessageToCallee(state, parties, sender, message);

it.each([
    ["another user", mallory, phone, "other_user"],
    ["another device of the caller", alice, laptop, "other_party"],
    ["a client without party", alice, { callId: "c", version: 0 } as const, "other_party"],
])("ignores %s", (_who, sender, device, ignored) => {
    for (const state of [calling, accepted]) {
        for (const message of [
            ...(device.version === 0 ? [] : [{ kind: "hangup", ...device } as const]),
            { kind: "candidates", ...device, candidates } as const,
            { kind: "negotiate", ...device, description: "offer", sdp, lifetimeMs: 1 } as const,
            { kind: "selectAnswer", ...device, selectedPartyId: "other" } as const,
        ]) {
            expect(hear(state, message, sender)).toEqual({ state, events: [], ignored });
        }
    }
});

it.each([
    ["of version 0", { callId: "c", version: 0 } as const],
    ["without a party ID", { callId: "c", version: 1 } as const],
])("is ended by a hangup %s, because an end needs only its call ID", (_what, device) => {
    expect(hear(calling, { kind: "hangup", ...device }).events).toEqual([{ kind: "ended", cause: "cancelled" }]);
    expect(hear(accepted, { kind: "hangup", ...device }).events).toEqual([{ kind: "ended", cause: "hungUp" }]);
    expect(hear(calling, { kind: "hangup", ...device }, mallory).ignored).toBe("other_user");
});

it("takes a caller of version 0 by the user alone", () => {
    const old = { caller: { user: alice, version: 0 }, ourPartyId: "sipus" } as const;
    const hangup = { kind: "hangup", callId: "c", version: 0 } as const;
    expect(onMessageToCallee(calling, old, alice, hangup).events).toEqual([{ kind: "ended", cause: "cancelled" }]);
});

describe("what the caller does", () => {
    it.each([
        [calling, { kind: "candidates", ...phone, candidates }, [{ kind: "candidates", candidates }], "calling"],
        [accepted, { kind: "candidates", ...phone, candidates }, [{ kind: "candidates", candidates }], "accepted"],
        [calling, { kind: "hangup", ...phone }, [{ kind: "ended", cause: "cancelled" }], "ended"],
        [
            calling,
            { kind: "hangup", ...phone, reason: "invite_timeout" },
            [{ kind: "ended", cause: "noAnswer" }],
            "ended",
        ],
        [accepted, { kind: "hangup", ...phone }, [{ kind: "ended", cause: "hungUp" }], "ended"],
        [accepted, { kind: "selectAnswer", ...phone, selectedPartyId: "sipus" }, [], "accepted"],
        [
            accepted,
            { kind: "selectAnswer", ...phone, selectedPartyId: "other" },
            [{ kind: "ended", cause: "answeredElsewhere" }],
            "ended",
        ],
        [
            calling,
            { kind: "selectAnswer", ...phone, selectedPartyId: "other" },
            [{ kind: "ended", cause: "answeredElsewhere" }],
            "ended",
        ],
        [
            accepted,
            { kind: "negotiate", ...phone, description: "offer", sdp, lifetimeMs: 1 },
            [{ kind: "offered", sdp }],
            "accepted",
        ],
    ] as const)("%j %j", (state, message, events, phase) => {
        expect(hear(state, message)).toMatchObject({ state: { phase }, events });
    });

    it.each([
        [calling, { kind: "negotiate", ...phone, description: "offer", sdp, lifetimeMs: 1 }],
        [accepted, { kind: "negotiate", ...phone, description: "answer", sdp, lifetimeMs: 1 }],
        [accepted, { kind: "invite", ...phone, sdp, lifetimeMs: 1 }],
        [accepted, { kind: "answer", ...phone, sdp }],
        [accepted, { kind: "reject", ...phone }],
        [ended, { kind: "hangup", ...phone }],
    ] as const)("is ignored at the wrong moment: %j %j", (state, message) => {
        expect(hear(state, message)).toEqual({ state, events: [], ignored: "wrong_state" });
    });
});

it.each([
    [calling, "cancelled", "refusal"],
    [accepted, "hungUp", "hangup"],
] as const)("is over when the caller leaves, and told from our side by the right event: %j", (state, cause, signal) => {
    expect(onCallerLeft(state)).toEqual({ state: ended, events: [{ kind: "ended", cause }] });
    expect(endSignalOf(state)).toBe(signal);
});

it("is over once", () => {
    expect(onCallerLeft(ended)).toEqual({ state: ended, events: [], ignored: "wrong_state" });
    expect(endSignalOf(ended)).toBe("none");
});
