import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import type { SeenEvent } from "../../lab/browser/LabPage.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, tones } from "../support/callEnd.ts";

const password = "correct-horse";
const BARS = ["red", "green", "blue"] as const;
const SCREEN = ["cyan", "cyan", "cyan"] as const;
const ALICE = ["magenta", "magenta", "magenta"] as const;

// Real parts on both sides: matrix-js-sdk in Chromium (max-bundle), and baresip with a generated picture in VP8.
describe("video between a Matrix user and a baresip phone", () => {
    let world: World;
    let alice: MatrixClientPage;
    let phone: Baresip;
    let webSocketPort: number;

    beforeAll(async () => {
        webSocketPort = await freePort();
        phone = await Baresip.start({ toneHz: tones.phone, camera: "bars" });
        world = await World.start({
            configure: (config) => ({
                ...config,
                sip: {
                    listen: [...(config["sip"] as { listen: string[] }).listen, `ws:${loopback}:${webSocketPort}`],
                    peers: [{ name: "phones", inboundNetworks: [loopback], video: true }],
                    // jsSIP knows no other
                    registrar: { algorithms: ["MD5"] },
                },
                accounts: [{ username: "browser", password, user: `@bob:${domain}`, media: "webrtc" }],
                trunks: [{ name: "baresip", address: `${loopback}:${phone.port}`, domains: [loopback], video: true }],
                dialling: { allow: [{ users: ["@alice:*"], numbers: [`*@${loopback}`, "+*"] }] },
            }),
        });
        world.keepPhone(phone);
        alice = await world.openClient("alice", { toneHz: tones.alice, camera: "magenta" });
    });
    afterAll(() => world.stop());

    async function seeAndHearEachOther(callId: string): Promise<void> {
        await Promise.all([
            phone.hears(tones.alice),
            alice.hears(callId, tones.phone),
            phone.sees(ALICE),
            alice.sees(callId, BARS),
        ]);
    }

    async function end(callId: string): Promise<void> {
        const events = phone.events().length;
        await alice.hangUp(callId);
        await phone.awaitEvent("CALL_CLOSED", { after: events });
        await expectEnded(world, alice, callId, "silent");
        expect(await world.rtpengine.sessionCount()).toBe(0);
    }

    it("flows in both directions in a call that the phone placed", async () => {
        const { address, port } = world.bridge.sip;
        phone.dial(`sip:${numbers.alice}@${address}:${port}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId, "on");
        await alice.awaitState(callId, "connected");
        await seeAndHearEachOther(callId);
        await end(callId);
    });

    it("flows in both directions in a call that the user placed, also after a crash of the bridge", async () => {
        const before = phone.events().length;
        const roomId = await alice.createDirectRoom(`@sip_phone=40${loopback}:${domain}`);
        const callId = await alice.placeVideoCall(roomId);
        await phone.awaitEvent("CALL_INCOMING", { after: before });
        phone.answer();
        await alice.awaitState(callId, "connected");
        await seeAndHearEachOther(callId);
        await world.bridge.kill();
        await world.bridge.start();
        await seeAndHearEachOther(callId);
        await end(callId);
    });

    async function audioCall(): Promise<string> {
        const before = phone.events().length;
        const roomId = await alice.createDirectRoom(`@sip_phone=40${loopback}:${domain}`);
        const callId = await alice.placeCall(roomId);
        await phone.awaitEvent("CALL_INCOMING", { after: before });
        phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        return callId;
    }

    /** Resolves once the client has received an offer of the phone in which video flows like this. */
    async function phoneOffers(callId: string, direction: string, muted: boolean): Promise<void> {
        const isIt = ({ type, sender, content }: SeenEvent): boolean => {
            const { description, sdp_stream_metadata: metadata } = content as unknown as Negotiation;
            if (type !== "m.call.negotiate" || content["call_id"] !== callId || sender === alice.device.userId)
                return false;
            const video = description.sdp.split("m=video")[1] ?? "";
            return video.includes(`a=${direction}`) && metadata["sipms"]?.video_muted === muted;
        };
        await alice.awaitEvent(`video that is ${direction}`, isIt);
    }

    it("flows between the user and a phone in a browser, whose streams share a transport too", async () => {
        const at = { server: `ws://${loopback}:${webSocketPort}`, address: `sip:browser@${domain}`, password };
        const browser = await world.chromium.openPhone({ ...at, toneHz: tones.otherPhone, camera: "yellow" });
        const callId = await alice.placeVideoCall(await alice.createDirectRoom(ghostOf(numbers.bob)));
        await browser.is("ringing");
        await browser.answer("on");
        await alice.awaitState(callId, "connected");
        await Promise.all([
            browser.hears(tones.alice),
            alice.hears(callId, tones.otherPhone),
            browser.sees(ALICE),
            alice.sees(callId, ["yellow", "yellow", "yellow"]),
        ]);
        // one call at rtpengine, without a splitter
        expect(await world.rtpengine.sessionCount()).toBe(1);
        await browser.hangUp();
        await alice.awaitState(callId, "ended");
        await world.rtpengine.drained();
        await browser.stop();
    });

    it("is added by the user, turned off and on by the phone, and audio goes on", async () => {
        const callId = await audioCall();
        await alice.setCamera(callId, "on");
        await Promise.all([phone.sees(ALICE), alice.sees(callId, BARS)]);
        phone.setVideo("inactive");
        await phoneOffers(callId, "inactive", true);
        await alice.hears(callId, tones.phone);
        phone.setVideo("sendrecv");
        await phoneOffers(callId, "sendrecv", false);
        await Promise.all([phone.sees(ALICE), alice.sees(callId, BARS), alice.hears(callId, tones.phone)]);
        await end(callId);
    });

    it("shows the user's screen", async () => {
        const callId = await audioCall();
        await alice.setScreenShared(callId, true);
        await phone.sees(SCREEN);
        await alice.setScreenShared(callId, false);
        await alice.hears(callId, tones.phone);
        await end(callId);
    });
});

/** The user who represents a number. */
function ghostOf(number: string): string {
    return `@sip_${number.slice(1)}:${domain}`;
}

/** What is used of an m.call.negotiate. */
interface Negotiation {
    readonly description: { readonly sdp: string };
    readonly sdp_stream_metadata: Readonly<Record<string, { readonly video_muted: boolean }>>;
}
