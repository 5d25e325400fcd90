import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../lab/fuzz/Random.ts";
import { makeMessage, mutate } from "../../lab/fuzz/sipGrammar.ts";
import { numbers, World } from "../../lab/world/World.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { expectDiscreetLog, expectEnded, tones } from "../support/callEnd.ts";

/** Also of this machine, and no peer of the lab's configuration. */
const elsewhere = "127.0.0.2";
const messages = 300;

describe("those the bridge does not know", () => {
    let world: World;
    let alice: MatrixClientPage;
    const toAlice = { toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` };

    beforeAll(async () => {
        world = await World.start();
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    it("are not answered, and nothing rings", async () => {
        const unknown = await world.phoneCalls({ ...toAlice, address: elsewhere });
        await unknown.trace.awaitSent(/^INVITE /, 10_000);
        // A known caller that calls later gets through: the unknown peer's call is not merely waiting for its turn.
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await phone.isRinging();
        expect((await alice.calls()).map((call) => call.callId)).toEqual([callId]);

        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
        // The SIP server trusts its own machine and says 100 to it, as to every INVITE.
        const heard = unknown.trace.messages().filter(({ direction }) => direction === "received");
        expect(heard.filter(({ startLine }) => !startLine.startsWith("SIP/2.0 100 "))).toEqual([]);
    });

    it.each(["udp", "tcp"] as const)("may send what they like by %s: calls go on", async (transport) => {
        const phone = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await phone.isAnswered();
        await alice.awaitState(callId, "connected");
        await sendGarbage(transport);

        phone.tone.forget();
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
    });

    async function sendGarbage(transport: "udp" | "tcp"): Promise<void> {
        const { address, port } = world.bridge.sip;
        const random = new Random(20_260_101);
        const garbage = Array.from({ length: messages }, () => mutate(random, makeMessage(random)));
        if (transport === "udp") {
            const socket = createSocket("udp4");
            for (const message of garbage) {
                await new Promise<void>((resolve) => socket.send(message, port, address, () => resolve()));
            }
            socket.close();
            return;
        }
        for (const message of garbage) {
            const socket = connect(port, address);
            // A server that has read enough closes, which is its right.
            socket.on("error", () => undefined);
            await once(socket, "connect");
            socket.end(message);
            await once(socket.resume(), "close");
        }
    }

    it("leave no number behind in the log", () => expectDiscreetLog(world, "+493012345678"));
});
