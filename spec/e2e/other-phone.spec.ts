import { afterAll, beforeAll, describe, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { loopback } from "../../lab/world/freePort.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";

// Baresip: a foreign SIP and RTP stack.
describe("a baresip phone", () => {
    let world: World;
    let alice: MatrixClientPage;
    let phone: Baresip;

    beforeAll(async () => {
        phone = await Baresip.start({ toneHz: tones.phone });
        world = await World.start({
            configure: (config) => ({
                ...config,
                trunks: [{ name: "baresip", address: `${loopback}:${phone.port}`, domains: [loopback] }],
                dialling: { allow: [{ users: ["@alice:*"], numbers: [`*@${loopback}`] }] },
            }),
        });
        world.keepPhone(phone);
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(() => world.stop());

    it("calls a Matrix user, and hangs up", async () => {
        const { address, port } = world.bridge.sip;
        phone.dial(`sip:${numbers.alice}@${address}:${port}`);
        const { callId } = await alice.awaitRinging();
        await phone.awaitEvent("CALL_RINGING");
        await alice.answer(callId);
        await phone.awaitEvent("CALL_ESTABLISHED");
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        phone.hangUp();

        await phone.awaitEvent("CALL_CLOSED");
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("is called at its SIP address by a Matrix user, who hangs up", async () => {
        const before = phone.events().length;
        const roomId = await alice.createDirectRoom(`@sip_phone=40${loopback}:${domain}`);
        const callId = await alice.placeCall(roomId);
        await phone.awaitEvent("CALL_INCOMING");
        phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);

        await expectEnded(world, alice, callId, "silent");
        await phone.awaitEvent("CALL_CLOSED", { after: before });
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});
