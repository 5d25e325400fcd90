import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { SippPhone } from "../../lab/world/SippPhone.ts";
import { until } from "../../lab/world/until.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import { type ListeningLine, SipServerProcess } from "../support/sip-server/SipServerProcess.ts";

describe("a SIP server that the bridge does not start", () => {
    let world: World;
    let alice: MatrixClientPage;
    let server: SipServerProcess;
    let at: ListeningLine;
    let udpPort: number;

    beforeAll(async () => {
        [server, at] = await SipServerProcess.start();
        udpPort = at.sip.find(({ transport }) => transport === "udp")?.port ?? 0;
        const drachtio = { ...at.control, secret: SipServerProcess.secret };
        world = await World.start({
            configure: (config: BridgeConfig) => {
                const { peers } = config["sip"] as { readonly peers: unknown };
                return { ...config, sip: { drachtio, peers } };
            },
        });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(async () => {
        await world.stop();
        await server.stop();
    });

    async function connectedInbound(): Promise<{ phone: SippPhone; callId: string }> {
        const call = { toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` };
        const phone = world.keepPhone(await SippPhone.call({ ...call, via: { address: "127.0.0.1", port: udpPort } }));
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        return { phone, callId };
    }

    it("brings calls in", async () => {
        const { phone, callId } = await connectedInbound();
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("takes calls out", async () => {
        const called = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        expect((await called.isCalled()).text).toContain(`Via: SIP/2.0/UDP 127.0.0.1:${udpPort};`);
        await called.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([called.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        expect((await called.isHungUp()).startLine).toMatch(/^BYE /);
        await expectEnded(world, alice, callId, "silent");
    });

    it("is found again when it was away, and the calls that were up then are over", async () => {
        const before = await connectedInbound();
        server.child.kill("SIGKILL");
        await expectEnded(world, alice, before.callId, { type: "m.call.hangup", reason: "unknown_error" });
        await world.stopPhones();
        const sip = at.sip.flatMap(({ transport, host, port }) => ["--sip", `${transport}/${host}:${port}`]);
        server = new SipServerProcess(["--control", `${at.control.host}:${at.control.port}`, ...sip]);
        await server.listening();
        const connections = (): number => world.bridge.log().split('"connected to the SIP server"').length - 1;
        await until(() => connections() === 2 || undefined, { what: "the bridge to be back", timeoutMs: 10_000 });

        const { phone, callId } = await connectedInbound();
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("gives the operator nothing to look at but its absence", () => expectQuietLog(world, /SIP server/));
});
