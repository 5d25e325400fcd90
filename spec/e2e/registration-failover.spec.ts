import { afterAll, beforeAll, describe, it } from "vitest";
import { loopback } from "../../lab/world/freePort.ts";
import { Pbx, pbx } from "../../lab/world/Pbx.ts";
import { until } from "../../lab/world/until.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import type { Baresip } from "../../lab/world/Baresip.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

describe("a PBX at two addresses, that the bridge registers with", () => {
    let first: Pbx;
    let second: Pbx;
    let world: World;
    let phone: Baresip;
    let alice: MatrixClientPage;

    const addressOf = ({ server }: Pbx): string => `${loopback}:${server.port}`;

    function registering(config: BridgeConfig): BridgeConfig {
        const trunk = {
            name: "office",
            address: [addressOf(first), addressOf(second)],
            register: true,
            username: pbx.line.user,
            password: pbx.line.password,
            callerId: numbers.alice,
            responseTimeoutSeconds: 1,
            probeSeconds: 5,
        };
        return { ...config, sip: { ...(config["sip"] as BridgeConfig), peers: [] }, trunks: [trunk] };
    }

    /** Resolves once the bridge has said this of one of the addresses. */
    function said(message: string, at: Pbx): Promise<true> {
        const isIt = (line: string): boolean =>
            line.includes(`"message":"${message}`) && line.includes(`"address":"${addressOf(at)}"`);
        const probe = (): true | undefined => (world.bridge.log().split("\n").some(isIt) ? true : undefined);
        return until(probe, { what: `${message} at ${addressOf(at)}`, timeoutMs: 20_000 });
    }

    beforeAll(async () => {
        const options = { lineNumbers: "^020794601" };
        [first, second] = await Promise.all([Pbx.start(options), Pbx.start(options)]);
        world = await World.start({ configure: registering });
        phone = await second.startPhone(tones.phone);
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(async () => {
        await world.stop();
        await Promise.all([first.stop(), second.stop()]);
    });

    it("is registered with at the first", async () => {
        await said("trunk registered", first);
        expectQuietLog(world);
    });

    it("is registered with at the second once the first is gone, long before the refresh", async () => {
        await first.stop();
        await said("trunk address unavailable: no response to OPTIONS, using it last", first);
        await said("trunk registered", second);
    });

    it("calls a user by that", async () => {
        phone.dial(`sip:02079460101@${pbx.domain}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });
});
