import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectDiscreetLog, expectEnded, expectQuietLog, storyOf, tones } from "../support/callEnd.ts";

describe("a Matrix user calls a phone", () => {
    let world: World;
    let alice: MatrixClientPage;

    beforeAll(async () => {
        world = await World.start();
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    it("answered: they hear each other, and the user hangs up", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);

        expect((await phone.isHungUp()).startLine).toMatch(/^BYE /);
        await expectEnded(world, alice, callId, "silent");
        await phone.isDone();
    });

    it("is logged from invite to end with one call ID", async () => {
        const [call] = await alice.calls();
        const story = storyOf(world, call?.callId ?? "");
        const parties = { from: "@alice:matrix.example", trunk: "trunk", roomId: call?.roomId };
        expect(story.find(({ message }) => message === "call started")).toMatchObject(parties);
        expect(story.at(-1)).toMatchObject({
            ...parties,
            message: "call ended",
            sipCallId: expect.any(String) as string,
            cause: "hungUp",
            by: "origin",
            fault: "none",
            status: 200,
        });
    });

    it("answered: the phone hangs up; the number written another way is the same room", async () => {
        const before = (await alice.calls())[0];
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber("020 7946 0500");
        expect((await alice.call(callId)).roomId).toBe(before?.roomId);
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await phone.hangUp();

        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
    });

    it("busy: the user receives the reason", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await phone.refuse("busy");

        await expectEnded(world, alice, callId, { type: "m.call.reject", reason: "user_busy" });
        await phone.isDone();
    });

    it("not found: the user receives the reason", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await phone.refuse("not found");

        await expectEnded(world, alice, callId, { type: "m.call.reject", reason: "unknown_error" });
        await phone.isDone();
    });

    it("given up while it rings: the phone stops", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await alice.hangUp(callId);

        expect((await phone.isHungUp()).startLine).toMatch(/^CANCEL /);
        await expectEnded(world, alice, callId, "silent");
        await phone.isDone();
    });

    it("after a restart of the bridge the room is the same", async () => {
        const before = (await alice.calls())[0];
        await world.bridge.restart();
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        expect((await alice.call(callId)).roomId).toBe(before?.roomId);
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await alice.hangUp(callId);
        await expectEnded(world, alice, callId, "silent");
        await phone.isDone();
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
    it("keeps to itself who called whom", () => expectDiscreetLog(world));
});
