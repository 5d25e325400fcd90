import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { numbers, World } from "../../lab/world/World.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { expectEnded, tones } from "../support/callEnd.ts";
import { type ConnectedCall, inboundCall, toAlice } from "../support/connectedCalls.ts";

describe("calls outlive the bridge", () => {
    let world: World;
    let alice: MatrixClientPage;

    beforeAll(async () => {
        world = await World.start();
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    async function outbound(): Promise<ConnectedCall> {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        return { phone, callId };
    }

    /** Each party hears the tone of the other one, from now on. */
    async function bothHear({ phone, callId }: ConnectedCall): Promise<void> {
        phone.tone.forget();
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
    }

    /** The bridge is killed and started again; the parties talk all the time. */
    async function survive(call: ConnectedCall): Promise<void> {
        await bothHear(call);
        await world.bridge.kill();
        await bothHear(call);
        await world.bridge.start();
        await bothHear(call);
    }

    it("an inbound call goes on after the bridge was killed, and the phone hangs it up", async () => {
        const call = await inboundCall(world, alice);
        await survive(call);
        await call.phone.hangUp();
        await expectEnded(world, alice, call.callId, { type: "m.call.hangup", reason: "user_hangup" });
        await call.phone.isDone();
    });

    it("an inbound call goes on after the bridge was killed, and the phone holds before the user ends it", async () => {
        const call = await inboundCall(world, alice);
        await survive(call);
        await call.phone.reoffer("sendonly");
        await alice.awaitHeldByOther(call.callId, true);
        await call.phone.reoffer("sendrecv");
        await alice.awaitHeldByOther(call.callId, false);
        await bothHear(call);
        await alice.hangUp(call.callId);
        expect((await call.phone.isHungUp()).startLine).toMatch(/^BYE /);
        await expectEnded(world, alice, call.callId, "silent");
    });

    it("an outbound call goes on after the bridge was killed, and the phone hangs it up", async () => {
        const call = await outbound();
        await survive(call);
        await call.phone.hangUp();
        await expectEnded(world, alice, call.callId, { type: "m.call.hangup", reason: "user_hangup" });
        await call.phone.isDone();
    });

    it("an outbound call goes on after the bridge was killed, the phone changes it, and the user ends it", async () => {
        const call = await outbound();
        await survive(call);
        expect((await call.phone.refresh("INVITE")).startLine).toMatch(/ 200 /);
        await alice.hangUp(call.callId);
        expect((await call.phone.isHungUp()).startLine).toMatch(/^BYE /);
        await expectEnded(world, alice, call.callId, "silent");
    });

    it("a call that the phone hangs up while the bridge is away ends for the user at the next start", async () => {
        const call = await inboundCall(world, alice);
        // the phone has the 200 a moment before the SIP server has confirmed it to the bridge
        await bothHear(call);
        await world.bridge.kill();
        await call.phone.hangUp();
        await world.bridge.start();
        await expectEnded(world, alice, call.callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("a call that rang a user when the bridge was killed ends on both sides after the next start", async () => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await phone.isRinging();
        await world.bridge.kill();
        await world.bridge.start();
        expect((await phone.isRefused(5_000)).startLine).toMatch(/ 480 /);
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "unknown_error" });
    });

    it("a call that rang a phone when the bridge was killed ends on both sides after the next start", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await world.bridge.kill();
        await world.bridge.start();
        expect((await phone.isHungUp(5_000)).startLine).toMatch(/^CANCEL /);
        await expectEnded(world, alice, callId, { type: "m.call.reject", reason: "unknown_error" });
    });

    it("a restart by SIGTERM keeps connected calls, and leaves nothing behind when they end", async () => {
        const call = await inboundCall(world, alice);
        expect(await world.bridge.terminate("SIGTERM")).toEqual({ code: 0, signal: null });
        await bothHear(call);
        await world.bridge.start();
        await bothHear(call);
        await call.phone.hangUp();
        await expectEnded(world, alice, call.callId, { type: "m.call.hangup", reason: "user_hangup" });
        await call.phone.isDone();
    });

    it("an answer to a call whose record is lost is answered with a hangup", async () => {
        await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await world.bridge.kill();
        rmSync(join(world.bridge.directory, "data", "calls.journal"));
        await alice.answer(callId);
        await world.bridge.start();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "invite_timeout" });
    });

    it("a bridge with --end-calls ends connected calls at the first SIGTERM", async () => {
        await world.bridge.stop();
        await world.bridge.start(["--end-calls"]);
        const call = await inboundCall(world, alice);
        await expectAllEnded(call, world.bridge.terminate("SIGTERM"));
    });

    async function expectAllEnded({ phone, callId }: ConnectedCall, stopping: Promise<unknown>): Promise<void> {
        expect((await phone.isHungUp()).startLine).toMatch(/^BYE /);
        expect(await stopping).toEqual({ code: 0, signal: null });
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "unknown_error" });
        await world.bridge.start();
    }
});
