import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectDiscreetLog, expectEnded, expectQuietLog, storyOf, tones } from "../support/callEnd.ts";

describe("a phone calls a Matrix user", () => {
    let world: World;
    let alice: MatrixClientPage;
    let metrics: string;
    const toAlice = { toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` };

    beforeAll(async () => {
        metrics = `${loopback}:${await freePort()}`;
        world = await World.start({ configure: (config) => ({ ...config, metrics: { listen: metrics } }) });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    it("answered: they hear each other, and the phone hangs up", async () => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await phone.isRinging();
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await phone.hangUp();

        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
    });

    it("is logged from INVITE to end with one call ID", async () => {
        const [call] = await alice.calls();
        const story = storyOf(world, call?.callId ?? "");
        const parties = { to: "@alice:matrix.example", trunk: "phones", sipCallId: expect.any(String) as string };
        expect(story.find(({ message }) => message === "call started")).toMatchObject(parties);
        expect(story.at(-1)).toMatchObject({
            ...parties,
            message: "call ended",
            roomId: call?.roomId,
            cause: "hungUp",
            by: "origin",
            fault: "none",
            status: 200,
        });
    });

    it("is counted, as Prometheus reads it", async () => {
        const response = await fetch(`http://${metrics}/metrics`);
        expect(response.headers.get("Content-Type")).toMatch(/^text\/plain; version=0\.0\.4/);
        const lines = (await response.text()).split("\n");
        expect(lines).toEqual(
            expect.arrayContaining([
                'sip_bridge_calls_started_total{direction="inbound",trunk="phones"} 1',
                'sip_bridge_calls_ended_total{direction="inbound",trunk="phones",cause="hung_up",fault="none"} 1',
                'sip_bridge_calls_active{direction="inbound"} 0',
                'sip_bridge_call_setup_seconds_count{direction="inbound"} 1',
                'sip_bridge_trunk_address_up{trunk="trunk",address="' + `${loopback}:${world.trunkPort}` + '"} 1',
            ]),
        );
    });

    it("answered: the user hangs up, in the room of the call before", async () => {
        const before = (await alice.calls())[0];
        const phone = await world.phoneCalls(toAlice);
        const { callId, roomId } = await alice.awaitRinging();
        expect(roomId).toBe(before?.roomId);
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");
        await alice.hangUp(callId);
        const bye = await phone.isHungUp();

        expect(bye.startLine).toMatch(/^BYE /);
        expect(bye.text).toMatch(/^Reason: *Q\.850 *; *cause=16/im);
        await expectEnded(world, alice, callId, "silent");
        await phone.isDone();
    });

    it("answered, by a phone that waits for our offer: they hear each other", async () => {
        const phone = await world.phoneCalls({ ...toAlice, withoutOffer: true });
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        expect((await phone.isAnswered()).text).toMatch(/^m=audio [1-9]/m);
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await phone.hangUp();

        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
    });

    it("declined: the phone hears 603", async () => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await alice.reject(callId);

        expect((await phone.isRefused()).startLine).toMatch(/ 603 /);
        await expectEnded(world, alice, callId, "silent");
    });

    it("cancelled: the user's device stops ringing", async () => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await phone.isRinging();
        await phone.hangUp();

        expect((await phone.isRefused()).startLine).toMatch(/ 487 /);
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("two devices ring: the one that does not answer stops", async () => {
        const second = await world.openClient("alice", { toneHz: tones.bob });
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await second.awaitRinging();
        await second.answer(callId);
        await phone.isAnswered();
        await second.awaitState(callId, "connected");
        await alice.awaitState(callId, "ended");
        await Promise.all([phone.tone.hears(tones.bob), second.hears(callId, tones.phone)]);
        await phone.hangUp();

        await expectEnded(world, second, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await second.close();
    });

    it("in a call: who calls again hears busy, somebody else waits, and the call goes on", async () => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");

        // Element shows one call in a room, so a second one there would not ring.
        const samePhone = await world.phoneCalls(toAlice);
        expect((await samePhone.isRefused()).startLine).toMatch(/ 486 /);
        const other = await world.phoneCalls({ ...toAlice, from: '"Carol" <sip:+493055555555@phones.example>' });
        const waiting = await alice.awaitRinging();
        await alice.hangUp(waiting.callId, "user_busy");
        expect((await other.isRefused()).startLine).toMatch(/ 486 /);

        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await expectEnded(world, alice, waiting.callId, "silent");
    });

    it("both hang up at the same time: each receives the end once", async () => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");
        await phone.hangUpAfterBye();
        await alice.hangUp(callId);

        expect((await phone.isHungUp()).startLine).toMatch(/^BYE /);
        await phone.isDone();
        await expectEnded(world, alice, callId, "silent");
    });

    it("a number that is not mapped: 404", async () => {
        const phone = await world.phoneCalls({ ...toAlice, to: "sip:+442079460999@127.0.0.1" });
        expect((await phone.isRefused()).startLine).toMatch(/ 404 /);
        await world.rtpengine.drained();
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
    it("keeps to itself who called whom", () => expectDiscreetLog(world, "+493012345678", "+493055555555"));
});
