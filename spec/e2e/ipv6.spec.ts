import { afterAll, beforeAll, describe, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { freePort } from "../../lab/world/freePort.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

const address = "::1";

// Neither the phone nor rtpengine has an address of IPv4, so that what is heard came by IPv6 on both sides of it.
describe("a phone that has IPv6 alone", () => {
    let world: World;
    let alice: MatrixClientPage;
    let phone: Baresip;
    let port: number;

    function speakingIpv6(config: BridgeConfig): BridgeConfig {
        return {
            ...config,
            sip: { listen: [`udp:[${address}]:${port}`], peers: [] },
            trunks: [{ name: "baresip", address: `[${address}]:${phone.port}`, domains: ["six.example"] }],
            dialling: { allow: [{ users: ["@alice:*"], numbers: ["*@six.example"] }] },
        };
    }

    beforeAll(async () => {
        phone = await Baresip.start({ toneHz: tones.phone, address });
        port = await freePort();
        world = await World.start({ configure: speakingIpv6, mediaAddress: address });
        world.keepPhone(phone);
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(() => world.stop());

    it("calls a Matrix user, and hangs up", async () => {
        phone.dial(`sip:${numbers.alice}@[${address}]:${port}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await phone.awaitEvent("CALL_ESTABLISHED");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("is called by a Matrix user, who hangs up", async () => {
        const after = phone.events().length;
        const callId = await alice.placeCall(await alice.createDirectRoom(`@sip_phone=40six.example:${domain}`));
        await phone.awaitEvent("CALL_INCOMING", { after });
        phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        await expectEnded(world, alice, callId, "silent");
        await phone.awaitEvent("CALL_CLOSED", { after });
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});
