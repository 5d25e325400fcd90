import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { loopback } from "../../lab/world/freePort.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import type { SippPhone } from "../../lab/world/SippPhone.ts";
import { until } from "../../lab/world/until.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, tones } from "../support/callEnd.ts";

const digits = "1122**##00";

// The client's own dial pad function, the command in the room of the call, and SIP INFO of phones.
describe("DTMF digits", () => {
    let world: World;
    let alice: MatrixClientPage;
    let byInfo: Baresip;

    beforeAll(async () => {
        byInfo = await Baresip.start({ toneHz: tones.phone });
        world = await World.start({
            configure: (config) => ({
                ...config,
                trunks: [
                    ...(config["trunks"] as readonly object[]),
                    { name: "info", address: `${loopback}:${byInfo.port}`, domains: [loopback], dtmf: "info" },
                ],
                dialling: { allow: [{ users: ["@alice:*"], numbers: ["+*", `*@${loopback}`] }] },
            }),
        });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(async () => {
        await world.stop();
        await byInfo.stop();
    });

    async function callOfAlice(): Promise<{ phone: SippPhone; callId: string; roomId: string }> {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await phone.answer();
        const { roomId } = await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        return { phone, callId, roomId };
    }

    async function arrivesAt(heard: () => string): Promise<void> {
        const arrived = (): string | undefined => (heard().length >= digits.length ? heard() : undefined);
        expect(await until(arrived, { what: `digits; so far ${heard()}`, timeoutMs: 15_000 })).toBe(digits);
    }

    async function endedBy(phone: SippPhone, callId: string): Promise<void> {
        await alice.hangUp(callId);
        await phone.isHungUp();
        await phone.isDone();
        await expectEnded(world, alice, callId, "silent");
        await world.stopPhones();
    }

    /** How many digits the bridge has received in its signalling. */
    function pressed(): number {
        return world.bridge.log().split('"event":"digitsPressed"').length - 1;
    }

    it("of a client reach a phone as RTP events, and the client shows its dial pad", async () => {
        const { phone, callId } = await callOfAlice();
        const answer = (await alice.callEvents(callId)).find(({ type }) => type === "m.call.answer");
        expect(answer?.content["capabilities"]).toMatchObject({ "m.call.dtmf": true });
        await alice.pressKeys(callId, digits);
        await arrivesAt(() => phone.tone.heardDigits);
        await phone.tone.hears(tones.alice);
        await endedBy(phone, callId);
    });

    it("of the command keys reach a phone as RTP events", async () => {
        const { phone, callId, roomId } = await callOfAlice();
        await alice.write(roomId, `!sip keys ${digits}`);
        await arrivesAt(() => phone.tone.heardDigits);
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await endedBy(phone, callId);
    });

    it("that a phone sends by SIP INFO are received complete and once, and reach the media", async () => {
        const { phone, callId } = await callOfAlice();
        const before = pressed();
        await phone.pressByInfo(digits);
        const received = (): true | undefined => (pressed() >= before + digits.length ? true : undefined);
        await until(received, { what: "the digits of the phone at the bridge", timeoutMs: 15_000 });
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        expect(pressed()).toBe(before + digits.length);
        expect(world.bridge.log()).not.toContain("call effect failed");
        await endedBy(phone, callId);
    });

    async function callByInfo(): Promise<{ callId: string; roomId: string; heard: () => string }> {
        const [events, before] = [byInfo.events().length, byInfo.heardDigits().length];
        const roomId = await alice.createDirectRoom(`@sip_phone=40${loopback}:${domain}`);
        const callId = await alice.placeCall(roomId);
        await byInfo.awaitEvent("CALL_INCOMING", { after: events });
        byInfo.answer();
        await alice.awaitState(callId, "connected");
        await alice.hears(callId, tones.phone);
        return { callId, roomId, heard: () => byInfo.heardDigits().slice(before) };
    }

    /** Resolves once baresip has all digits, and the call with it has ended. */
    async function arrivesByInfo(callId: string, heard: () => string): Promise<void> {
        await arrivesAt(heard);
        await Promise.all([byInfo.hears(tones.alice), alice.hears(callId, tones.phone)]);
        byInfo.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        expect(heard()).toBe(digits);
    }

    it("of the command keys reach a trunk with dtmf: info by SIP INFO", async () => {
        const { callId, roomId, heard } = await callByInfo();
        await alice.write(roomId, `!sip keys ${digits}`);
        await arrivesByInfo(callId, heard);
    });

    it("of a client reach a trunk with dtmf: info by SIP INFO, and not as RTP events as well", async () => {
        const { callId, heard } = await callByInfo();
        await alice.pressKeys(callId, digits);
        await arrivesByInfo(callId, heard);
    });

    it("of a client reach a phone that calls and receives SIP INFO only, and the client shows its dial pad", async () => {
        const phone = await world.phoneCalls({
            to: `sip:${numbers.alice}@${domain}`,
            toneHz: tones.phone,
            digits: "by INFO",
        });
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        const invite = (await alice.callEvents(callId)).find(({ type }) => type === "m.call.invite");
        expect(invite?.content["capabilities"]).toMatchObject({ "m.call.dtmf": true });
        expect(await phone.isAnswered()).not.toContain("telephone-event");
        await alice.pressKeys(callId, digits);
        await arrivesAt(() => phone.digitsByInfo());
        expect(phone.tone.heardDigits).toBe("");
        await endedBy(phone, callId);
    });
});
