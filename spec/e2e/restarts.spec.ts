import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { numbers, World } from "../../lab/world/World.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import { inboundCall, toAlice } from "../support/connectedCalls.ts";

describe("the bridge and the homeserver come and go", () => {
    let world: World;
    let alice: MatrixClientPage;

    beforeAll(async () => {
        world = await World.start();
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    it("after a restart of the homeserver, calls work in both directions", async () => {
        await inboundCall(world, alice).then(async ({ phone, callId }) => {
            await phone.hangUp();
            await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        });
        await world.synapse.restart();

        const { phone, callId } = await inboundCall(world, alice);
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });

        const called = await world.phoneListens({ toneHz: tones.phone });
        const outbound = await alice.dialNumber(numbers.phone);
        await called.isCalled();
        await called.answer();
        await alice.awaitState(outbound, "connected");
        await alice.hangUp(outbound);
        await expectEnded(world, alice, outbound, "silent");
    });

    it("a call outlives a restart of the homeserver", async () => {
        const { phone, callId } = await inboundCall(world, alice);
        await world.synapse.restart();
        phone.tone.forget();
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);

        expect((await phone.isHungUp()).startLine).toMatch(/^BYE /);
        await expectEnded(world, alice, callId, "silent");
        await phone.isDone();
    });

    it("a call placed while the bridge was away rings once it is back", async () => {
        const room = (await alice.calls()).find(({ direction }) => direction === "outbound")?.roomId;
        await world.bridge.stop();
        const callId = await alice.placeCall(room ?? "");
        const phone = await world.phoneListens({ toneHz: tones.phone });
        await world.bridge.start();

        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        await expectEnded(world, alice, callId, "silent");
    });

    it("the phone hangs up while the homeserver is down: the user receives the end when it is back", async () => {
        const { phone, callId } = await inboundCall(world, alice);
        await world.synapse.stop();
        await phone.hangUp();
        await phone.isDone();
        await world.rtpengine.drained();
        await world.synapse.restart();

        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("the bridge is stopped: both sides of every call receive the end, new calls receive 503, nothing is left", async () => {
        const { phone, callId } = await inboundCall(world, alice);
        const ringing = await world.phoneListens({ toneHz: tones.otherPhone, ringsImmediately: false });
        const outbound = await alice.dialNumber(numbers.phone);
        await ringing.isCalled();
        const stopping = world.bridge.terminate("SIGINT");
        await phone.isHungUp();
        const late = await world.phoneCalls({ ...toAlice, from: '"Late" <sip:+4930777777@phones.example>' });
        expect((await late.isRefused()).startLine).toMatch(/ 503 /);
        // Only now may the bridge cancel the unanswered call.
        await ringing.ring();

        expect((await ringing.isHungUp()).startLine).toMatch(/^CANCEL /);
        expect(await stopping).toEqual({ code: 0, signal: null });
        await phone.isDone();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "unknown_error" });
        await expectEnded(world, alice, outbound, { type: "m.call.reject", reason: "unknown_error" });

        await world.bridge.start();
        const after = await inboundCall(world, alice);
        expect((await alice.call(after.callId)).roomId).toBe((await alice.call(callId)).roomId);
        await after.phone.hangUp();
        await expectEnded(world, alice, after.callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("the bridge is stopped while a phone does not answer any more: it ends all the same, as it should", async () => {
        const { callId } = await inboundCall(world, alice);
        await world.stopPhones();
        expect(await world.bridge.terminate("SIGINT")).toEqual({ code: 0, signal: null });
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "unknown_error" });
        await world.bridge.start();
    });

    it("gives the operator nothing to look at but the homeserver's absence", () => expectQuietLog(world, /homeserver/));
});
