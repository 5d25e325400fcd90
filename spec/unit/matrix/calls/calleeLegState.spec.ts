import { describe, expect, it } from "vitest";
import { onCalleeLeft, onMessageToCaller, type CalleeLegState } from "../../../../lib/matrix/calls/calleeLegState.ts";
import type { CallMessage } from "../../../../lib/matrix/calls/callEventContent.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const mallory = "@mallory:matrix.example" as MatrixUserId;
const sdp = browserDescription();

const phone = { callId: "c", version: 1, partyId: "PHONE" } as const;
const laptop = { callId: "c", version: 1, partyId: "LAPTOP" } as const;
const old = { callId: "c", version: 0 } as const;
const found = [{ candidate: "candidate:1", mid: "0" }];

const approaching: CalleeLegState = { phase: "approaching" };
const ringing: CalleeLegState = { phase: "ringing", heard: [] };
const peer = { user: alice, version: 1, partyId: "PHONE" } as const;
const answered: CalleeLegState = { phase: "answered", peer, negotiation: "none" };
const ended: CalleeLegState = { phase: "ended" };

/** Every kind of message from one device. */
function messagesFrom(device: typeof phone | typeof laptop): CallMessage[] {
    return [
        { kind: "invite", ...device, sdp, lifetimeMs: 1 },
        { kind: "candidates", ...device, candidates: found },
        { kind: "answer", ...device, sdp },
        { kind: "selectAnswer", ...device, selectedPartyId: "X" },
        { kind: "reject", ...device },
        { kind: "hangup", ...device },
        { kind: "negotiate", ...device, description: "offer", sdp, lifetimeMs: 1 },
        { kind: "negotiate", ...device, description: "answer", sdp, lifetimeMs: 1 },
    ];
}

function hear(state: CalleeLegState, ...messages: CallMessage[]) {
    return messages.reduce((step, message) => onMessageToCaller(step.state, alice, alice, message), {
        state,
    } as ReturnType<typeof onMessageToCaller>);
}

it("ignores everybody but the callee, whatever they say", () => {
    for (const state of [approaching, ringing, answered, ended]) {
        for (const message of messagesFrom(phone)) {
            expect(onMessageToCaller(state, alice, mallory, message)).toEqual({
                state,
                events: [],
                ignored: "other_user",
            });
        }
    }
});

it("ignores everything before the invite and after the end", () => {
    for (const state of [approaching, ended]) {
        for (const message of messagesFrom(phone)) {
            expect(hear(state, message)).toEqual({ state, events: [], ignored: "wrong_state" });
        }
    }
});

describe("while ringing", () => {
    it("takes the first device that answers, with the candidates it had, and confirms it", () => {
        const step = hear(
            ringing,
            { kind: "candidates", ...laptop, candidates: [{ candidate: "candidate:9" }] },
            { kind: "candidates", ...phone, candidates: found },
            { kind: "answer", ...phone, sdp },
        );
        expect(step).toEqual({
            state: answered,
            events: [
                { kind: "answered", sdp },
                { kind: "candidates", candidates: found },
            ],
            selectedPartyId: "PHONE",
        });
    });

    it("has nothing to confirm to a client of version 0", () => {
        const step = hear(ringing, { kind: "answer", ...old, sdp });
        expect(step).toEqual({
            state: { phase: "answered", peer: { user: alice, version: 0 }, negotiation: "none" },
            events: [{ kind: "answered", sdp }],
        });
    });

    it.each([
        ["reject", undefined, "declined"],
        ["reject", "user_busy", "busy"],
        ["hangup", undefined, "declined"],
    ] as const)("ends at a %s for %s", (kind, reason, cause) => {
        const message = { kind, ...phone, ...(reason === undefined ? {} : { reason }) };
        expect(hear(ringing, message)).toEqual({ state: ended, events: [{ kind: "ended", cause }] });
    });

    it("rings on if one device has no microphone, since the user may have others", () => {
        const message = { kind: "hangup", ...phone, reason: "user_media_failed" } as const;
        expect(hear(ringing, message)).toEqual({ state: ringing, events: [] });
    });

    it.each(["invite", "selectAnswer", "negotiate"] as const)("ignores %s", (kind) => {
        for (const message of messagesFrom(phone).filter((m) => m.kind === kind)) {
            expect(hear(ringing, message)).toEqual({ state: ringing, events: [], ignored: "wrong_state" });
        }
    });

    it("keeps no more candidates than devices could have", () => {
        const flood = Array.from({ length: 60 }, () => ({ candidate: "candidate:1" }));
        const more = hear(ringing, { kind: "candidates", ...phone, candidates: flood });
        expect(hear(more.state, { kind: "candidates", ...phone, candidates: flood }).ignored).toBe("wrong_state");

        const parties = Array.from(
            { length: 20 },
            (_, n) => ({ kind: "candidates", callId: "c", version: 1, partyId: `D${n}`, candidates: found }) as const,
        );
        const full = hear(ringing, ...parties);
        expect(full.ignored).toBeUndefined();
        expect(hear(full.state, { kind: "candidates", ...phone, candidates: found }).ignored).toBe("wrong_state");
    });
});

describe("once answered", () => {
    it("ignores every other device", () => {
        for (const message of messagesFrom(laptop)) {
            expect(hear(answered, message)).toEqual({ state: answered, events: [], ignored: "other_party" });
        }
    });

    it("takes candidates, offers and the end from the device that answered", () => {
        expect(hear(answered, { kind: "candidates", ...phone, candidates: found }).events).toEqual([
            { kind: "candidates", candidates: found },
        ]);
        const offer = { kind: "negotiate", ...phone, description: "offer", sdp, lifetimeMs: 1 } as const;
        expect(hear(answered, offer)).toEqual({
            state: { ...answered, negotiation: "theirs" },
            events: [{ kind: "offered", sdp }],
        });
        expect(hear(answered, { kind: "hangup", ...phone })).toEqual({
            state: ended,
            events: [{ kind: "ended", cause: "hungUp" }],
        });
    });

    it("is over by a hangup without a party ID, because an end needs only its call ID", () => {
        for (const version of [0, 1] as const) {
            expect(hear(answered, { kind: "hangup", callId: "c", version }).state).toEqual(ended);
        }
    });

    it.each(["invite", "answer", "selectAnswer", "reject"] as const)("ignores its %s", (kind) => {
        for (const message of messagesFrom(phone).filter((m) => m.kind === kind)) {
            expect(hear(answered, message)).toEqual({ state: answered, events: [], ignored: "wrong_state" });
        }
    });

    it("ignores an answer to an offer we never made", () => {
        const answer = { kind: "negotiate", ...phone, description: "answer", sdp, lifetimeMs: 1 } as const;
        expect(hear(answered, answer).ignored).toBe("wrong_state");
    });
});

it.each([
    [approaching, "unavailable"],
    [ringing, "declined"],
    [answered, "hungUp"],
] as const)("takes leaving the room for the end: %j", (state, cause) => {
    expect(onCalleeLeft(state)).toEqual({ state: ended, events: [{ kind: "ended", cause }] });
});

it("has no second end", () => {
    expect(onCalleeLeft(ended)).toEqual({ state: ended, events: [], ignored: "wrong_state" });
});
