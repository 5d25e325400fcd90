import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import type { CalledPhoneOptions, SippPhone } from "../../lab/world/SippPhone.ts";
import { until } from "../../lab/world/until.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectEnded, tones } from "../support/callEnd.ts";

// matrix-js-sdk's own functions: MatrixCall.transfer and MatrixCall.transferToCall (m.call.replaces, MSC2747).
describe("a call that a Matrix client transfers", () => {
    let world: World;
    let alice: MatrixClientPage;
    let bob: MatrixClientPage;
    let pbxPort: number;

    beforeAll(async () => {
        pbxPort = await freePort();
        world = await World.start({
            configure: (config) => ({
                ...config,
                sip: { ...(config["sip"] as object), peers: [] },
                trunks: [
                    {
                        name: "pbx",
                        address: `${loopback}:${pbxPort}`,
                        prefixes: ["+4420794612"],
                        callerId: numbers.alice,
                        transfers: "refer",
                        probeSeconds: 0,
                    },
                    ...(config["trunks"] as readonly object[]),
                ],
            }),
        });
        alice = await world.openClient("alice", { toneHz: tones.alice });
        bob = await world.openClient("bob", { toneHz: tones.bob });
    });
    afterEach(async () => {
        await world.rtpengine.drained();
        await world.stopPhones();
    });
    afterAll(() => world.stop());

    async function phoneCallsAlice(): Promise<{ caller: SippPhone; callId: string }> {
        const caller = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await caller.isAnswered();
        await Promise.all([caller.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        return { caller, callId };
    }

    it("to another user goes on with them", async () => {
        const { caller, callId } = await phoneCallsAlice();
        await alice.transfer(callId, bob.device.userId);
        await alice.awaitState(callId, "ended");
        const ringing = await bob.awaitRinging();
        await bob.answer(ringing.callId);
        caller.tone.forget();
        await Promise.all([caller.tone.hears(tones.bob), bob.hears(ringing.callId, tones.phone)]);

        await caller.hangUp();
        await expectEnded(world, bob, ringing.callId, { type: "m.call.hangup", reason: "user_hangup" });
        await caller.isDone();
    });

    it("to the ghost of a number goes on with the phone that has it", async () => {
        const { caller, callId } = await phoneCallsAlice();
        const callee = await world.phoneListens({ toneHz: tones.otherPhone });
        // as Element does for a number that its user types
        const [target] = await alice.lookUpNumber("m.protocol.pstn", numbers.phone);
        await alice.transfer(callId, target?.userid ?? "no ghost");
        const invite = await callee.isCalled();
        expect(invite.text).toMatch(new RegExp(`^From: .*<sip:\\${numbers.alice}@`, "im"));
        await callee.answer();
        caller.tone.forget();
        await Promise.all([caller.tone.hears(tones.otherPhone), callee.tone.hears(tones.phone)]);

        await caller.hangUp();
        await callee.isHungUp();
        await caller.isDone();
    });

    it("to its other call connects the parties of both, also after a crash of the bridge", async () => {
        const { caller, callId } = await phoneCallsAlice();
        const callee = await world.phoneListens({ toneHz: tones.otherPhone });
        const consult = await alice.dialNumber(numbers.phone);
        await callee.isCalled();
        await callee.answer();
        await alice.hears(consult, tones.otherPhone);
        await world.bridge.kill();
        await world.bridge.start();

        await alice.transferToCall(callId, consult);
        await alice.awaitState(callId, "ended");
        await alice.awaitState(consult, "ended");
        caller.tone.forget();
        callee.tone.forget();
        await Promise.all([caller.tone.hears(tones.otherPhone), callee.tone.hears(tones.phone)]);

        await callee.hangUp();
        await caller.isHungUp();
    });

    it("to a user who declines ends, with a notice, because the client has left", async () => {
        const { caller, callId } = await phoneCallsAlice();
        await alice.transfer(callId, bob.device.userId);
        const ringing = await bob.awaitRinging();
        await bob.reject(ringing.callId);
        await caller.isHungUp();
        const isNotice = ({ type, content }: { type: string; content: Record<string, unknown> }): boolean =>
            type === "m.room.message" && String(content["body"]).startsWith("The transfer failed.");
        await alice.awaitEvent("a notice", isNotice);
    });

    // The trunk "pbx" carries out transfers between its own parties.
    describe("on a trunk with transfers: refer", () => {
        const number = "+442079461234";

        async function aliceCalls(options: Partial<CalledPhoneOptions> = {}) {
            const phone = await world.phoneListens({ toneHz: tones.phone, port: pbxPort, ...options });
            const callId = await alice.dialNumber(number);
            await phone.isCalled();
            await phone.answer();
            const { roomId } = await alice.awaitState(callId, "connected");
            await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
            return { phone, callId, roomId };
        }

        it("to a number of the trunk is carried out by the phone itself (REFER), and the bridge leaves the call", async () => {
            const { phone, callId } = await aliceCalls();
            const [target] = await alice.lookUpNumber("m.protocol.pstn", "+442079461235");
            await alice.transfer(callId, target?.userid ?? "no ghost");
            const refer = await phone.trace.awaitReceived(/^REFER /, 5_000);
            expect(refer.text).toMatch(/^Refer-To: <sip:\+442079461235@.*>/im);
            await phone.isHungUp();
            await phone.isDone();
            await alice.awaitState(callId, "ended");
        });

        it("by a command returns to the call if the phone notifies that the target is busy", async () => {
            const { phone, callId, roomId } = await aliceCalls({ referResult: "486 Busy Here" });
            await alice.write(roomId, "!sip transfer +442079461235");
            await phone.trace.awaitReceived(/^REFER /, 5_000);
            const hasFailed = (): true | undefined =>
                world.bridge.log().includes('"event":"transferFailed"') ? true : undefined;
            await until(hasFailed, { what: "the transfer to fail", timeoutMs: 10_000 });
            phone.tone.forget();
            await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
            await alice.hangUp(callId);
            await phone.isHungUp();
            await phone.isDone();
        });

        it("to its other call names that call's dialog (Replaces)", async () => {
            const first = await phoneCallsAlice();
            const { phone, callId } = await aliceCalls();
            await alice.transferToCall(callId, first.callId);
            const refer = await phone.trace.awaitReceived(/^REFER /, 5_000);
            const [ack] = first.caller.trace.messages().filter(({ startLine }) => startLine.startsWith("ACK "));
            const dialog = /^Call-ID: *(\S+)/im.exec(ack?.text ?? "")?.[1] ?? "none";
            expect(refer.text).toContain(`?Replaces=${encodeURIComponent(dialog)}%3Bto-tag%3D`);
            await phone.isHungUp();
            // as a PBX does when another call has replaced this one
            await first.caller.hangUp();
            await alice.awaitState(first.callId, "ended");
            await alice.awaitState(callId, "ended");
        });
    });
});
