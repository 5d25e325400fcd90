import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import { Linphone, type LinphoneAccount } from "../../lab/world/Linphone.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import { makeCertificates } from "../support/sip-server/testCertificates.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

// They offer and take RTP/SAVP with SDES keys only, so sound that is heard was encrypted.
describe("phones over TLS that insist on SRTP", () => {
    const names = { bridge: `IP:${loopback},DNS:localhost`, phone: `IP:${loopback}` };
    // long enough for the bridge to have nothing to say about it
    const certificates = makeCertificates(names, { bridge: 90 });
    const others = makeCertificates({ phone: `IP:${loopback}` });
    const deskPassword = "correct-horse";
    let folder: string;
    let tlsPort: number;
    let phone: Baresip;
    let impostor: Baresip;
    let world: World;
    let alice: MatrixClientPage;
    let bob: MatrixClientPage;

    function speakingTls(config: BridgeConfig): BridgeConfig {
        const sip = config["sip"] as BridgeConfig;
        const listen = sip["listen"] as readonly string[];
        const file = (name: string): string => join(folder, name);
        return {
            ...config,
            sip: {
                ...sip,
                listen: [...listen, `tls:${loopback}:${tlsPort}`],
                tls: {
                    certificate: file("bridge.pem"),
                    key: file("bridge.key"),
                    caCertificates: file("authorities.pem"),
                },
                peers: [],
            },
            trunks: [
                { ...trunk("baresip", phone), domains: [loopback], prefixes: [] },
                { ...trunk("impostor", impostor), prefixes: ["+44888"] },
            ],
            accounts: [{ username: "desk", password: deskPassword, user: `@alice:${domain}`, media: "srtp" }],
            dialling: { allow: [{ users: [`@*:${domain}`], numbers: ["+*", `*@${loopback}`] }] },
        };
    }

    function trunk(name: string, to: Baresip): BridgeConfig {
        const address = `${loopback}:${to.tlsPort}`;
        return { name, address, transport: "tls", media: "srtp", callerId: numbers.alice };
    }

    beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "tls-phones-"));
        writeFileSync(join(folder, "authorities.pem"), certificates.ca);
        writeFileSync(join(folder, "bridge.pem"), certificates.bridge.certificate);
        writeFileSync(join(folder, "bridge.key"), certificates.bridge.key);
        tlsPort = await freePort();
        phone = await Baresip.start({ toneHz: tones.phone, tls: certificates.phone });
        impostor = await Baresip.start({ toneHz: tones.otherPhone, tls: others.phone });
        world = await World.start({ configure: speakingTls });
        alice = await world.openClient("alice", { toneHz: tones.alice });
        bob = await world.openClient("bob", { toneHz: tones.bob });
    });
    afterAll(async () => {
        await world.stop();
        await Promise.all([phone.stop(), impostor.stop()]);
        rmSync(folder, { recursive: true });
    });

    it("baresip calls a user, and hangs up", async () => {
        phone.dial(`sip:${numbers.alice}@${loopback}:${tlsPort};transport=tls`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("baresip is called by a user, who hangs up", async () => {
        const callId = await alice.placeCall(await alice.createDirectRoom(`@sip_phone=40${loopback}:${domain}`));
        const incoming = await phone.awaitEvent("CALL_INCOMING");
        expect(incoming.peeruri).toContain(numbers.alice);
        phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        await expectEnded(world, alice, callId, "silent");
    });

    it("linphone, which verifies the bridge, calls a user, and hangs up", async () => {
        const linphone = await Linphone.start({ toneHz: tones.otherPhone, codec: "PCMA", tls: certificates });
        try {
            linphone.dial(`sip:${numbers.alice}@localhost:${tlsPort};transport=tls`);
            const { callId } = await alice.awaitRinging();
            await alice.answer(callId);
            await alice.awaitState(callId, "connected");
            await Promise.all([linphone.hears(tones.alice), alice.hears(callId, tones.otherPhone)]);
            linphone.hangUp();
            await linphone.isOver();
            await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        } finally {
            await linphone.stop();
        }
    });

    const account = (): LinphoneAccount => ({
        address: `sip:desk@${domain}`,
        password: deskPassword,
        registrar: `sip:localhost:${tlsPort};transport=tls`,
    });

    it.each(["the user", "linphone"] as const)(
        "a linphone that registered is called by a Matrix user, and %s hangs up",
        async (who) => {
            const desk = await Linphone.start({
                toneHz: tones.otherPhone,
                codec: "PCMA",
                tls: certificates,
                account: account(),
            });
            try {
                await desk.isRegistered();
                const callId = await bob.dialNumber(numbers.alice);
                expect(await desk.isCalled()).toContain(`sip:bob@${domain}`);
                desk.answer();
                await bob.awaitState(callId, "connected");
                await Promise.all([desk.hears(tones.bob), bob.hears(callId, tones.otherPhone)]);
                const answer = (await bob.callEvents(callId)).find(({ type }) => type === "m.call.answer");
                expect(answer?.content["capabilities"]).toMatchObject({ "m.call.dtmf": true });
                if (who === "linphone") desk.hangUp();
                else await bob.hangUp(callId);
                await desk.isOver();
                const said = who === "linphone" ? { type: "m.call.hangup", reason: "user_hangup" } : "silent";
                await expectEnded(world, bob, callId, said);
            } finally {
                await desk.stop();
            }
        },
    );

    it("a linphone of the user's own rings over the connection it registered by", async () => {
        const options = { toneHz: tones.bob, codec: "PCMU", tls: certificates, account: account() } as const;
        const desk = await Linphone.start(options);
        try {
            await desk.isRegistered();
            phone.dial(`sip:${numbers.alice}@${loopback}:${tlsPort};transport=tls`);
            await desk.isCalled();
            desk.answer();
            await Promise.all([phone.hears(tones.bob), desk.hears(tones.phone)]);
            phone.hangUp();
            await desk.isOver();
            await world.rtpengine.drained();
        } finally {
            await desk.stop();
        }
    });

    it("gives the operator nothing to look at but the other's certificate", () =>
        expectQuietLog(world, /"trunk":"impostor"/));

    it("linphone does not call a bridge whose authority it does not know", async () => {
        const linphone = await Linphone.start({ toneHz: tones.otherPhone, codec: "PCMA", tls: others });
        linphone.dial(`sip:${numbers.alice}@localhost:${tlsPort};transport=tls`);
        await linphone.isOver();
        await linphone.stop();
        expect((await alice.calls()).filter(({ state }) => state !== "ended")).toEqual([]);
    });

    it("the bridge does not call a phone whose authority it does not know, and says so", async () => {
        const callId = await alice.dialNumber("+448880000");
        await alice.awaitState(callId, "ended");
        await world.rtpengine.drained();
        expect(impostor.events()).toEqual([]);
        expect(world.bridge.log()).toMatch(
            /"message":"trunk not reached".*"trunk":"impostor","why":"no connection: [A-Z_]*(CERT|VERIFY|SIGN)[A-Z_]*"/,
        );
    });
});
