import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import type { SippPhone } from "../../lab/world/SippPhone.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectEnded, tones } from "../support/callEnd.ts";

describe("early media of a trunk with earlyMedia: answer", () => {
    let world: World;
    let alice: MatrixClientPage;

    beforeAll(async () => {
        world = await World.start({
            configure: (config) => ({
                ...config,
                trunks: (config["trunks"] as readonly object[]).map((trunk) => ({ ...trunk, earlyMedia: "answer" })),
            }),
        });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    async function announced(): Promise<{ phone: SippPhone; callId: string; roomId: string }> {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await phone.playEarly();
        const { roomId } = await alice.awaitState(callId, "connected");
        await alice.hears(callId, tones.phone);
        return { phone, callId, roomId };
    }

    it("is heard by the user, who then talks to the phone that answers", async () => {
        const { phone, callId } = await announced();
        await phone.answer();
        phone.tone.play(tones.otherPhone);
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.otherPhone)]);
        await alice.hangUp(callId);
        await phone.isHungUp();
        await phone.isDone();
        await expectEnded(world, alice, callId, "silent");
        expect((await alice.callEvents(callId)).filter(({ type }) => type === "m.call.answer")).toHaveLength(1);
    });

    it("ends with a hangup and a notice if the call fails", async () => {
        const { phone, callId, roomId } = await announced();
        await phone.refuse("not found");
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "unknown_error" });
        const { content } = await alice.awaitEvent(
            "a notice",
            ({ type, content: { msgtype }, roomId: where }) =>
                type === "m.room.message" && msgtype === "m.notice" && where === roomId,
        );
        expect(content["body"]).toBe("This number doesn't exist. Check it and try again.");
    });

    it("ends with a CANCEL if the user hangs up", async () => {
        const { phone, callId } = await announced();
        await alice.hangUp(callId);
        await phone.trace.awaitReceived(/^CANCEL /, 15_000);
        await expectEnded(world, alice, callId, "silent");
    });
});
