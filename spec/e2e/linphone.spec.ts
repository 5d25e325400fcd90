import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loopback } from "../../lab/world/freePort.ts";
import { Linphone } from "../../lab/world/Linphone.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

// Its signalling is belle-sip's and its media mediastreamer's.
describe("a linphone", () => {
    let phone: Linphone;
    /** It has no other codec than Opus. */
    let modern: Linphone;
    let world: World;
    let alice: MatrixClientPage;

    beforeAll(async () => {
        phone = await Linphone.start({ toneHz: tones.phone, codec: "PCMA" });
        modern = await Linphone.start({ toneHz: tones.phone, codec: "opus" });
        const trunks = [
            { name: "linphone", address: `${loopback}:${phone.port}`, callerId: numbers.alice },
            { name: "modern", address: `${loopback}:${modern.port}`, domains: ["modern.example"] },
        ];
        const allow = [{ users: ["@alice:*"], numbers: ["+*", "*@modern.example"] }];
        world = await World.start({ configure: (config) => ({ ...config, trunks, dialling: { allow } }) });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(async () => {
        await world.stop();
        await Promise.all([phone.stop(), modern.stop()]);
    });

    it("calls a user, and hangs up", () => callAndHangUp(phone));

    it("calls a user with Opus, which needs no transcoding, and hangs up", () => callAndHangUp(modern));

    it("is called with Opus, where it has nothing else, and nothing is transcoded", async () => {
        const callId = await alice.placeCall(await alice.createDirectRoom(`@sip_phone=40modern.example:${domain}`));
        await modern.isCalled();
        modern.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([modern.hears(tones.alice), alice.hears(callId, tones.phone)]);
        expect(await world.rtpengine.transcodedStreams()).toBe(0);
        await alice.hangUp(callId);
        await modern.isOver();
        await expectEnded(world, alice, callId, "silent");
    });

    async function callAndHangUp(caller: Linphone): Promise<void> {
        const { address, port } = world.bridge.sip;
        caller.dial(`sip:${numbers.alice}@${address}:${port}`);
        const { callId } = await alice.awaitRinging();
        await caller.isRinging();
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([caller.hears(tones.alice), alice.hears(callId, tones.phone)]);
        caller.hangUp();
        await caller.isOver();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    }

    it("is called by a user, who hangs up", async () => {
        const callId = await alice.dialNumber(numbers.phone);
        expect(await phone.isCalled()).toContain(`sip:${numbers.alice}@`);
        phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        await phone.isOver();
        await expectEnded(world, alice, callId, "silent");
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});
