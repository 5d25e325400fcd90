import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Chromium } from "../../lab/world/Chromium.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import { makeCertificates } from "../support/sip-server/testCertificates.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { JsSipPage } from "../../lab/world/JsSipPage.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

const password = "correct-horse";

// Its Contact is a name that cannot be resolved (RFC 7118, section 5), so it is reached by its own WebSocket only.
describe.each([
    { way: "over WebSocket, browser to browser", transport: "ws", media: "none", sessions: 0 },
    { way: "over WebSocket with TLS, browser to browser", transport: "wss", media: "none", sessions: 0 },
    { way: "over WebSocket, through rtpengine", transport: "ws", media: "rtpengine", sessions: 1 },
])("jsSIP $way", ({ transport, media, sessions }) => {
    // long enough for the bridge to have nothing to say about it
    const { bridge } = makeCertificates({ bridge: `IP:${loopback}` }, { bridge: 90 });
    let folder: string;
    let sipPort: number;
    let world: World;
    let phones: Chromium;
    let alice: MatrixClientPage;
    let phone: JsSipPage;

    const speakingWebSocket = (config: BridgeConfig): BridgeConfig => ({
        ...config,
        sip: {
            listen: [`${transport}:${loopback}:${sipPort}`],
            ...(transport === "wss" && {
                tls: { certificate: join(folder, "bridge.pem"), key: join(folder, "bridge.key") },
            }),
            registrar: { algorithms: ["MD5"] },
        },
        trunks: [],
        accounts: [account("desk", "alice"), account("other", "bob")],
        media: media === "none" ? "none" : config["media"],
    });

    function account(username: string, user: string): BridgeConfig {
        return { username, password, user: `@${user}:${domain}`, media: "webrtc" };
    }

    async function openPhone(username: string, toneHz: number): Promise<JsSipPage> {
        const at = { server: `${transport}://${loopback}:${sipPort}`, address: `sip:${username}@${domain}` };
        return world.keepPhone(await phones.openPhone({ ...at, password, toneHz }));
    }

    beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "jssip-"));
        writeFileSync(join(folder, "bridge.pem"), bridge.certificate);
        writeFileSync(join(folder, "bridge.key"), bridge.key);
        sipPort = await freePort();
        world = await World.start({ configure: speakingWebSocket });
        // phones and Matrix clients are browsers of their own, as on two computers
        phones = await Chromium.start({ trusted: bridge.certificate });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    beforeEach(async () => {
        phone = await openPhone("other", tones.phone);
    });
    afterEach(() => world.stopPhones());
    afterAll(async () => {
        await world.stop();
        await phones.stop();
        rmSync(folder, { recursive: true });
    });

    async function callTo(client: MatrixClientPage): Promise<string> {
        await phone.dial(`sip:${numbers.alice}@${domain}`);
        const { callId } = await client.awaitRinging();
        await client.answer(callId);
        await phone.is("up");
        return callId;
    }

    async function callFrom(client: MatrixClientPage): Promise<string> {
        const callId = await client.dialNumber(numbers.bob);
        await phone.is("ringing");
        await phone.answer();
        await client.awaitState(callId, "connected");
        return callId;
    }

    async function expectSound(client: MatrixClientPage, callId: string, toneHz: number): Promise<void> {
        await Promise.all([phone.hears(toneHz), client.hears(callId, tones.phone)]);
        expect(await world.rtpengine.sessionCount()).toBe(sessions);
        const [atPhone, atClient] = await Promise.all([phone.certificates(), client.certificates(callId)]);
        expect(atPhone?.other).toMatch(/^([0-9A-F]{2}:){31}/);
        const endToEnd = atPhone?.other === atClient?.own && atPhone?.own === atClient?.other;
        expect(endToEnd).toBe(media === "none");
    }

    it("calls a user, and hangs up", async () => {
        const callId = await callTo(alice);
        await expectSound(alice, callId, tones.alice);
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("calls a user, who hangs up", async () => {
        const callId = await callTo(alice);
        await expectSound(alice, callId, tones.alice);
        await alice.hangUp(callId);
        await phone.is("ended");
        await expectEnded(world, alice, callId, "silent");
    });

    it("is called by a user, and hangs up", async () => {
        const callId = await callFrom(alice);
        await expectSound(alice, callId, tones.alice);
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("is called by a user, who hangs up", async () => {
        const callId = await callFrom(alice);
        await expectSound(alice, callId, tones.alice);
        await alice.hangUp(callId);
        await phone.is("ended");
        await expectEnded(world, alice, callId, "silent");
    });

    it.each([
        { how: "by INVITE in a call that it placed", call: callTo, method: "INVITE" },
        { how: "by UPDATE in a call that it answered", call: callFrom, method: "UPDATE" },
    ] as const)("holds and resumes, and is held and resumed by the user, $how", async ({ call, method }) => {
        const callId = await call(alice);
        await expectSound(alice, callId, tones.alice);
        await phone.setHeld(true, method);
        await alice.awaitHeldByOther(callId, true);
        await phone.setHeld(false, method);
        await alice.awaitHeldByOther(callId, false);
        await expectSound(alice, callId, tones.alice);
        await alice.setHeld(callId, true);
        await phone.isHeld(true);
        await alice.setHeld(callId, false);
        await phone.isHeld(false);
        await expectSound(alice, callId, tones.alice);
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("rings together with the user's Element, and answers", async () => {
        const desk = await openPhone("desk", tones.otherPhone);
        await phone.dial(`sip:${numbers.alice}@${domain}`);
        const { callId } = await alice.awaitRinging();
        await desk.is("ringing");
        await desk.answer();
        await phone.is("up");
        await Promise.all([phone.hears(tones.otherPhone), desk.hears(tones.phone)]);
        await desk.hangUp();
        await phone.is("ended");
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "answered_elsewhere" });
    });

    describe("and a client that finds its candidates after its description", () => {
        let late: MatrixClientPage;

        beforeAll(async () => {
            late = await world.openClient("alice", { toneHz: tones.bob, candidates: "afterDescription" });
        });
        afterAll(() => late.close());

        it.each([
            { who: "is called by it", call: callFrom },
            { who: "calls it", call: callTo },
        ])("$who, and receives them", async ({ call }) => {
            const callId = await call(late);
            await expectSound(late, callId, tones.bob);
            expect(await phone.candidatesTold()).toBeGreaterThan(0);
            await late.hangUp(callId);
            await expectEnded(world, late, callId, "silent");
        });
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});
