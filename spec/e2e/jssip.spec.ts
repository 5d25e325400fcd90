import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { JsSipPage } from "../../lab/world/JsSipPage.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

const password = "correct-horse";

// Its Contact is a name nobody can resolve (RFC 7118, section 5), so it is reached by its own WebSocket only.
describe.each([
    { way: "browser to browser", media: "none", sessions: 0 },
    { way: "through rtpengine", media: "rtpengine", sessions: 1 },
])("jsSIP over WebSocket, $way", ({ media, sessions }) => {
    let wsPort: number;
    let world: World;
    let alice: MatrixClientPage;
    let phone: JsSipPage;

    const speakingWebSocket = (config: BridgeConfig): BridgeConfig => ({
        ...config,
        sip: { listen: [`ws:${loopback}:${wsPort}`], registrar: { algorithms: ["MD5"] } },
        trunks: [],
        accounts: [account("desk", "alice"), account("other", "bob")],
        media: media === "none" ? "none" : config["media"],
    });

    function account(username: string, user: string): BridgeConfig {
        return { username, password, user: `@${user}:${domain}`, media: "webrtc" };
    }

    async function openPhone(username: string, toneHz: number): Promise<JsSipPage> {
        const at = { server: `ws://${loopback}:${wsPort}`, address: `sip:${username}@${domain}` };
        return world.keepPhone(await world.chromium.openPhone({ ...at, password, toneHz }));
    }

    beforeAll(async () => {
        wsPort = await freePort();
        world = await World.start({ configure: speakingWebSocket });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    beforeEach(async () => {
        phone = await openPhone("other", tones.phone);
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    async function callAlice(): Promise<string> {
        await phone.dial(`sip:${numbers.alice}@${domain}`);
        const { callId } = await alice.awaitRinging();
        return callId;
    }

    async function talk(): Promise<string> {
        const callId = await callAlice();
        await alice.answer(callId);
        await phone.is("up");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        expect(await world.rtpengine.sessionCount()).toBe(sessions);
        return callId;
    }

    it("calls a user, and hangs up", async () => {
        const callId = await talk();
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("calls a user, who hangs up", async () => {
        const callId = await talk();
        await alice.hangUp(callId);
        await phone.is("ended");
        await expectEnded(world, alice, callId, "silent");
    });

    it("rings together with the user's Element, and answers", async () => {
        const desk = await openPhone("desk", tones.otherPhone);
        const callId = await callAlice();
        await desk.is("ringing");
        await desk.answer();
        await phone.is("up");
        await Promise.all([phone.hears(tones.otherPhone), desk.hears(tones.phone)]);
        await desk.hangUp();
        await phone.is("ended");
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "answered_elsewhere" });
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});
