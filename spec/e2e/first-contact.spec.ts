import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import type { SippPhone } from "../../lab/world/SippPhone.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectDiscreetLog, expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";

/** Long enough to join a room meanwhile on a busy machine. */
const ringSeconds = 8;
const ringTimeoutMs = (ringSeconds + 10) * 1_000;

describe("a phone calls a Matrix user it has no room with, whom the bridge may only invite", () => {
    let world: World;
    let alice: MatrixClientPage;
    let callers = 0;

    beforeAll(async () => {
        world = await World.start({
            configure: (config) => ({ ...config, matrix: { joinAsCallee: false }, calls: { ringSeconds } }),
        });
        alice = await world.openClient("alice", { toneHz: tones.alice, joinsOnInvite: false });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    /** Each caller is somebody new, so each has a room of their own. */
    function newCallerCalls(): Promise<SippPhone> {
        callers += 1;
        const from = `"Caller ${callers}" <sip:+4930123456${callers}0@phones.example>`;
        return world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1`, from });
    }

    async function callCount(): Promise<number> {
        return (await alice.calls()).length;
    }

    it("joins: the phone heard ringing before, and they hear each other", async () => {
        const phone = await newCallerCalls();
        await phone.isRinging();
        expect(await callCount()).toBe(0);
        await alice.joinRoom(await alice.awaitInvitation());
        const { callId, opponent } = await alice.awaitRinging();
        expect(opponent?.name).toBe("Caller 1");
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await phone.hangUp();

        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
    });

    it("turns the invitation down: the phone hears 480", async () => {
        const before = await callCount();
        const phone = await newCallerCalls();
        await phone.isRinging();
        await alice.leaveRoom(await alice.awaitInvitation());

        expect((await phone.isRefused()).startLine).toMatch(/ 480 /);
        await world.rtpengine.drained();
        await phone.isDone();
        expect(await callCount()).toBe(before);
    });

    it("leaves the room while it rings: the phone hears 603", async () => {
        const phone = await newCallerCalls();
        await alice.joinRoom(await alice.awaitInvitation());
        const { callId, roomId } = await alice.awaitRinging();
        await alice.leaveRoom(roomId);

        expect((await phone.isRefused()).startLine).toMatch(/ 603 /);
        await expectEnded(world, alice, callId, "silent");
        await phone.isDone();
    });

    it("joins too late, when the caller has hung up: nothing rings", async () => {
        const before = await callCount();
        const phone = await newCallerCalls();
        await phone.isRinging();
        const roomId = await alice.awaitInvitation();
        await phone.hangUp();
        expect((await phone.isRefused()).startLine).toMatch(/ 487 /);
        await phone.isDone();
        await world.rtpengine.drained();
        await alice.joinRoom(roomId);
        await alice.awaitEvent("herself in the room", ({ type, roomId: of, stateKey, content }) => {
            return (
                type === "m.room.member" &&
                of === roomId &&
                stateKey === alice.device.userId &&
                content["membership"] === "join"
            );
        });

        // Whatever the join set off has happened once the next call of the same caller rings in the same room.
        callers -= 1;
        const again = await newCallerCalls();
        expect((await alice.awaitRinging()).roomId).toBe(roomId);
        expect(await callCount()).toBe(before + 1);
        await again.hangUp();
        await again.isRefused();
        await world.rtpengine.drained();
    });

    it("does not answer: both sides receive the end after the ring time", async () => {
        const phone = await newCallerCalls();
        await alice.joinRoom(await alice.awaitInvitation());
        const { callId } = await alice.awaitRinging();

        const refusal = await phone.isRefused(ringTimeoutMs);
        expect(refusal.startLine).toMatch(/ 480 /);
        expect(refusal.text).toMatch(/^Reason: *Q\.850 *; *cause=19/im);
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "invite_timeout" });
        await phone.isDone();
    });

    it("neither joins nor declines: after the ring time the phone hears 480", async () => {
        const before = await callCount();
        const phone = await newCallerCalls();
        await phone.isRinging();
        await alice.awaitInvitation();

        expect((await phone.isRefused(ringTimeoutMs)).startLine).toMatch(/ 480 /);
        await world.rtpengine.drained();
        await phone.isDone();
        expect(await callCount()).toBe(before);
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
    it("keeps to itself who called whom", () => expectDiscreetLog(world, "+4930123456"));
});
