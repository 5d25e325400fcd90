import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FederatedWorld, homeservers } from "../../lab/world/FederatedWorld.ts";
import type { SeenEvent } from "../../lab/browser/LabPage.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { matrixRequest } from "../../lab/world/matrixRequest.ts";
import { expectEnded, tones } from "../support/callEnd.ts";

/** A caller of its own for each case, so that each call is the first of its pair. */
let callers = 0;
function newCaller(): { readonly from: string; readonly ghost: string } {
    callers += 1;
    const number = `44207946${1_000 + callers}`;
    return { from: `<sip:+${number}@phones.example>`, ghost: `@sip_=2b${number}:${homeservers.ours}` };
}

describe("calls to a user of another homeserver that has trouble", () => {
    let world: FederatedWorld;
    let bob: MatrixClientPage;
    const toBob = { toneHz: tones.phone, to: "sip:bob@other.example" };

    beforeAll(async () => {
        world = await FederatedWorld.start();
        bob = await world.openOtherClient("bob", { toneHz: tones.bob });
    });
    afterEach(() => world.reset());
    afterAll(() => world.stop());

    /** The rooms that a ghost is in. */
    async function roomsOf(ghost: string): Promise<readonly string[]> {
        const [, accessToken = ""] =
            /as_token: *"?([^"\s]+)/.exec(readFileSync(world.bridge.registrationFile, "utf8")) ?? [];
        const path = `/_matrix/client/v3/joined_rooms?user_id=${encodeURIComponent(ghost)}`;
        const reply = matrixRequest<{ joined_rooms: string[] }>(world.ours.url, "GET", path, { accessToken });
        // a ghost that was not created is in no room
        return (await reply.catch(() => ({ joined_rooms: [] }))).joined_rooms;
    }

    it.each(["refused", "silent"] as const)(
        "gets 480 without Retry-After and leaves no room if the homeserver is %s",
        async (state) => {
            world.link.set(homeservers.other, state);
            const { from, ghost } = newCaller();
            const phone = await world.phoneCalls({ ...toBob, from });
            const response = await phone.isRefused();
            expect(response.startLine).toMatch(/ 480 /);
            expect(response.text).not.toMatch(/^Retry-After:/im);
            expect(await roomsOf(ghost)).toEqual([]);
        },
    );

    it("rings if the homeserver is slow", async () => {
        world.link.set(homeservers.other, { delayMs: 700 });
        const phone = await world.phoneCalls({ ...toBob, from: newCaller().from });
        // the caller does not wait in silence
        await phone.isRinging(6_000);
        const { callId } = await bob.awaitRinging(40_000);
        await bob.answer(callId);
        await phone.isAnswered();
        await bob.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
        await phone.hangUp();
        await expectEnded(world, bob, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("rings again in the same room after the homeserver was down", async () => {
        const { from, ghost } = newCaller();
        const first = await world.phoneCalls({ ...toBob, from });
        const before = await bob.awaitRinging();
        await bob.reject(before.callId);
        await first.isRefused();
        world.link.set(homeservers.other, "refused");
        const unanswered = await world.phoneCalls({ ...toBob, from });
        await unanswered.isRinging();
        await unanswered.hangUp();
        expect((await unanswered.isRefused()).startLine).toMatch(/ 487 /);
        world.link.set(homeservers.other, "open");
        // the missed call and its end arrive together
        const isMissedCall = ({ type, roomId, content }: SeenEvent): boolean =>
            type === "m.call.hangup" && roomId === before.roomId && content["call_id"] !== before.callId;
        await bob.awaitEvent("the end of the missed call", isMissedCall, 40_000);
        const again = await world.phoneCalls({ ...toBob, from });
        const ringing = await bob.awaitRinging(40_000);
        expect(ringing.roomId).toBe(before.roomId);
        await bob.reject(ringing.callId);
        expect((await again.isRefused()).startLine).toMatch(/ 603 /);
        expect(await roomsOf(ghost)).toEqual([before.roomId]);
    });

    it.each(["the user", "the phone"] as const)(
        "ends for both parties when %s hangs up while the network is down, as soon as it is back",
        async (who) => {
            const phone = await world.phoneCalls({ ...toBob, from: newCaller().from });
            const { callId } = await bob.awaitRinging();
            await bob.answer(callId);
            await phone.isAnswered();
            await bob.awaitState(callId, "connected");
            await Promise.all([phone.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
            for (const name of Object.values(homeservers)) world.link.set(name, "refused");
            if (who === "the user") await bob.hangUp(callId);
            else await phone.hangUp();
            for (const name of Object.values(homeservers)) world.link.set(name, "open");
            if (who === "the user") expect((await phone.isHungUp(40_000)).startLine).toMatch(/^BYE /);
            await bob.awaitState(callId, "ended", 40_000);
            await phone.isDone();
            await world.rtpengine.drained();
        },
    );

    it("leaves one room for each pair if the homeserver rejects invitations", async () => {
        await world.other.restart({ rejectsInvitations: true });
        const { from, ghost } = newCaller();
        for (const _attempt of ["first", "second"]) {
            const phone = await world.phoneCalls({ ...toBob, from });
            expect((await phone.isRefused()).startLine).toMatch(/ 480 /);
            expect(await roomsOf(ghost)).toHaveLength(1);
        }
    });
});
