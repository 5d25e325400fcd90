import { describe, expect, it } from "vitest";
import { eventAge } from "../../../../lib/matrix/events/eventAge.ts";

const NOW = 1_000_000_000;
/** Monotonic time at NOW. */
const STARTED = 77_000;
const clock = (afterMs = 0) => ({ now: () => NOW + afterMs, monotonic: () => STARTED + afterMs });
const local = { isLocal: true, server: "matrix.example" };
const remote = { isLocal: false, server: "elsewhere.example" };
const live = { arrival: "live" } as const;
const kept = { arrival: "kept" } as const;
const at = (sentAt: number | undefined, statedAgeMs?: number) => ({ sentAt, statedAgeMs });

describe("the age of an event", () => {
    it.each([-300_000, -90_000, 0, 300_000])(
        "is 0 for a live event of a homeserver whose clock is %d ms off",
        (offset) => {
            expect(eventAge(at(NOW + offset), remote, live, clock())).toBe(0);
            expect(eventAge(at(NOW + offset, 90_000), remote, live, clock())).toBe(0);
        },
    );

    it("is the age stated by our own homeserver for its own users", () => {
        expect(eventAge(at(NOW, 90_000), local, live, clock())).toBe(90_000);
        expect(eventAge(at(NOW - 90_000, 5), local, kept, clock())).toBe(5);
    });

    it("is the time since it was sent if our own homeserver may have kept it without stating its age", () => {
        expect(eventAge(at(NOW - 90_000), local, kept, clock())).toBe(90_000);
        expect(eventAge(at(NOW + 90_000), local, kept, clock())).toBe(0);
    });

    it.each([-300_000, 0, 300_000])(
        "is 0 for an event that was kept, because the clock of another homeserver says nothing: %d ms off",
        (offset) => {
            expect(eventAge(at(NOW + offset), remote, kept, clock())).toBe(0);
        },
    );

    it.each([-300_000, 300_000])(
        "is measured from the invitation of the ghost, by the same wrong clock: %d ms off",
        (offset) => {
            const invitation = { server: remote.server, sentAt: NOW + offset, receivedAt: STARTED, ageMs: 0 };
            const history = { arrival: "history", invitation } as const;
            // called 2 s after the invitation, joined 5 s after it
            expect(eventAge(at(NOW + offset + 2_000), remote, history, clock(5_000))).toBe(3_000);
            // called 70 s before the invitation
            expect(eventAge(at(NOW + offset - 70_000), remote, history, clock())).toBe(70_000);
        },
    );

    it.each([-300_000, 300_000])(
        "is the time since the invitation if another homeserver sent that, whatever the clocks say: %d ms off",
        (offset) => {
            const invitation = { server: "third.example", sentAt: NOW, receivedAt: STARTED, ageMs: 1_000 };
            const history = { arrival: "history", invitation } as const;
            expect(eventAge(at(NOW + offset), remote, history, clock(4_000))).toBe(5_000);
            expect(eventAge(at(NOW + offset), remote, { arrival: "history", invitation: undefined }, clock())).toBe(0);
        },
    );
});
