import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";

// A PBX says in its responses who was reached, and later who has taken over the call (asterisk.md, K16).
describe("a call over a trusted trunk", () => {
    let world: World;
    let alice: MatrixClientPage;

    beforeAll(async () => {
        world = await World.start({
            configure: (config) => ({
                ...config,
                trunks: (config["trunks"] as readonly object[]).map((trunk) => ({ ...trunk, trusted: true })),
            }),
        });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    const named = (name: string, number: string = numbers.phone): string => `"${name}" <sip:${number}@pbx.example>`;

    /** Resolves once the client of Alice has received this name for the other party of the call. */
    async function isShown(callId: string, name: string): Promise<void> {
        await alice.awaitEvent(
            `the name ${name}`,
            ({ type, content }) =>
                type === "m.call.asserted_identity" &&
                content["call_id"] === callId &&
                JSON.stringify(content).includes(`"${name}"`),
        );
    }

    it("shows the name of the party that rings, and then of each party that takes over, by UPDATE and by re-INVITE", async () => {
        const phone = await world.phoneListens({
            toneHz: tones.phone,
            asserted: {
                ringing: named("Front Desk"),
                answering: named("Front Desk"),
                updating: named("Back Office", "+442079460778"),
                reinviting: named("Warehouse", "+442079460779"),
            },
        });
        const callId = await alice.dialNumber(numbers.phone);
        await phone.isCalled();
        await alice.awaitEvent(
            "the name of the party that rings",
            ({ type, content }) => type === "m.room.member" && content["displayname"] === "Front Desk",
        );
        await phone.answer();
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);

        await phone.refresh("UPDATE");
        await isShown(callId, "Back Office");
        await phone.refresh("INVITE");
        await isShown(callId, "Warehouse");
        phone.tone.forget();
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);

        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
        expect(await world.rtpengine.sessionCount()).toBe(0);
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});
