import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import type { SippPhone } from "../../lab/world/SippPhone.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectEnded, tones } from "../support/callEnd.ts";

// matrix-js-sdk's own functions: MatrixCall.transfer and MatrixCall.transferToCall (m.call.replaces, MSC2747).
describe("a call that a Matrix client transfers", () => {
    let world: World;
    let alice: MatrixClientPage;
    let bob: MatrixClientPage;

    beforeAll(async () => {
        world = await World.start();
        alice = await world.openClient("alice", { toneHz: tones.alice });
        bob = await world.openClient("bob", { toneHz: tones.bob });
    });
    afterEach(async () => {
        await world.rtpengine.drained();
        await world.stopPhones();
    });
    afterAll(() => world.stop());

    async function phoneCallsAlice(): Promise<{ caller: SippPhone; callId: string }> {
        const caller = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await caller.isAnswered();
        await Promise.all([caller.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        return { caller, callId };
    }

    it("to another user goes on with them", async () => {
        const { caller, callId } = await phoneCallsAlice();
        await alice.transfer(callId, bob.device.userId);
        await alice.awaitState(callId, "ended");
        const ringing = await bob.awaitRinging();
        await bob.answer(ringing.callId);
        caller.tone.forget();
        await Promise.all([caller.tone.hears(tones.bob), bob.hears(ringing.callId, tones.phone)]);

        await caller.hangUp();
        await expectEnded(world, bob, ringing.callId, { type: "m.call.hangup", reason: "user_hangup" });
        await caller.isDone();
    });

    it("to the ghost of a number goes on with the phone that has it", async () => {
        const { caller, callId } = await phoneCallsAlice();
        const callee = await world.phoneListens({ toneHz: tones.otherPhone });
        // as Element does for a number that its user types
        const [target] = await alice.lookUpNumber("m.protocol.pstn", numbers.phone);
        await alice.transfer(callId, target?.userid ?? "no ghost");
        const invite = await callee.isCalled();
        expect(invite.text).toMatch(new RegExp(`^From: .*<sip:\\${numbers.alice}@`, "im"));
        await callee.answer();
        caller.tone.forget();
        await Promise.all([caller.tone.hears(tones.otherPhone), callee.tone.hears(tones.phone)]);

        await caller.hangUp();
        await callee.isHungUp();
        await caller.isDone();
    });

    it("to its other call connects the parties of both, also after a crash of the bridge", async () => {
        const { caller, callId } = await phoneCallsAlice();
        const callee = await world.phoneListens({ toneHz: tones.otherPhone });
        const consult = await alice.dialNumber(numbers.phone);
        await callee.isCalled();
        await callee.answer();
        await alice.hears(consult, tones.otherPhone);
        await world.bridge.kill();
        await world.bridge.start();

        await alice.transferToCall(callId, consult);
        await alice.awaitState(callId, "ended");
        await alice.awaitState(consult, "ended");
        caller.tone.forget();
        callee.tone.forget();
        await Promise.all([caller.tone.hears(tones.otherPhone), callee.tone.hears(tones.phone)]);

        await callee.hangUp();
        await caller.isHungUp();
    });

    it("to a user who declines ends, with a notice, because the client has left", async () => {
        const { caller, callId } = await phoneCallsAlice();
        await alice.transfer(callId, bob.device.userId);
        const ringing = await bob.awaitRinging();
        await bob.reject(ringing.callId);
        await caller.isHungUp();
        const isNotice = ({ type, content }: { type: string; content: Record<string, unknown> }): boolean =>
            type === "m.room.message" && String(content["body"]).startsWith("The transfer failed.");
        await alice.awaitEvent("a notice", isNotice);
    });
});
