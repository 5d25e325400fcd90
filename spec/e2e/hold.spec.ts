import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { until } from "../../lab/world/until.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, tones } from "../support/callEnd.ts";

// Both sides use their own hold functions: matrix-js-sdk in Chromium, baresip as a phone.
describe("a call between a Matrix user and a baresip phone", () => {
    let world: World;
    let alice: MatrixClientPage;
    let phone: Baresip;
    let metrics: string;

    beforeAll(async () => {
        phone = await Baresip.start({ toneHz: tones.phone });
        metrics = `${loopback}:${await freePort()}`;
        world = await World.start({
            configure: (config) => ({
                ...config,
                metrics: { listen: metrics },
                trunks: [{ name: "baresip", address: `${loopback}:${phone.port}`, domains: [loopback] }],
                dialling: { allow: [{ users: ["@alice:*"], numbers: [`*@${loopback}`] }] },
            }),
        });
        world.keepPhone(phone);
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(() => world.stop());

    const placed = {
        "that the phone placed": async (): Promise<string> => {
            const { address, port } = world.bridge.sip;
            phone.dial(`sip:${numbers.alice}@${address}:${port}`);
            const { callId } = await alice.awaitRinging();
            await alice.answer(callId);
            return callId;
        },
        "that the user placed": async (): Promise<string> => {
            const before = phone.events().length;
            const roomId = await alice.createDirectRoom(`@sip_phone=40${loopback}:${domain}`);
            const callId = await alice.placeCall(roomId);
            await phone.awaitEvent("CALL_INCOMING", { after: before });
            phone.answer();
            return callId;
        },
    } as const;
    const ways = Object.keys(placed) as (keyof typeof placed)[];

    /** How many 200 responses to INVITE the bridge has received or sent in this run: answers, also within calls. */
    async function answers(direction: "received" | "sent"): Promise<number> {
        const text = await (await fetch(`http://${metrics}/metrics`)).text();
        const counter = new RegExp(
            String.raw`^sip_bridge_sip_responses_total\{direction="${direction}",method="invite",status="200"\} (\d+)$`,
            "m",
        );
        return Number(counter.exec(text)?.[1] ?? 0);
    }

    async function answered(direction: "received" | "sent", count: number): Promise<void> {
        const probe = async () => ((await answers(direction)) >= count ? true : undefined);
        await until(probe, { what: `${count} answers ${direction}`, timeoutMs: 15_000, everyMs: 100 });
    }

    async function connected(way: keyof typeof placed): Promise<string> {
        const callId = await placed[way]();
        await alice.awaitState(callId, "connected");
        await hearEachOther(callId);
        return callId;
    }

    async function end(callId: string): Promise<void> {
        const events = phone.events().length;
        await alice.hangUp(callId);
        await phone.awaitEvent("CALL_CLOSED", { after: events });
        await expectEnded(world, alice, callId, "silent");
        expect(await world.rtpengine.sessionCount()).toBe(0);
    }

    async function hearEachOther(callId: string): Promise<void> {
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
    }

    async function flowsBothWays(callId: string): Promise<void> {
        await Promise.all([phone.awaitMedia({ sent: true, received: true }), alice.hears(callId, tones.phone)]);
    }

    /** The bridge is killed and started again. */
    async function crash(): Promise<void> {
        await world.bridge.kill();
        await world.bridge.start();
    }

    it.each(ways)("%s is held and resumed by either side", async (way) => {
        const callId = await connected(way);
        const before = await answers("received");
        await alice.setHeld(callId, true);
        await answered("received", before + 1);
        await alice.setHeld(callId, false);
        await answered("received", before + 2);
        await flowsBothWays(callId);

        phone.setHeld(true);
        await alice.awaitHeldByOther(callId, true);
        phone.setHeld(false);
        await alice.awaitHeldByOther(callId, false);
        await flowsBothWays(callId);
        await end(callId);
    });

    it("is held by both, and each ends its own hold only", async () => {
        const callId = await connected("that the user placed");
        phone.setHeld(true);
        await alice.awaitHeldByOther(callId, true);
        const before = await answers("received");
        await alice.setHeld(callId, true);
        await answered("received", before + 1);
        // the client is asked, and keeps its own hold
        phone.setHeld(false);
        await alice.awaitHeldByOther(callId, false);
        await alice.hearsNothing(callId);
        await alice.setHeld(callId, false);
        await flowsBothWays(callId);
        await end(callId);
    });

    it("is still on hold after a crash of the bridge, and is resumed and held by either side then", async () => {
        const callId = await connected("that the user placed");
        const sent = await answers("sent");
        phone.setHeld(true);
        await alice.awaitHeldByOther(callId, true);
        await answered("sent", sent + 1);
        await crash();
        phone.setHeld(false);
        await alice.awaitHeldByOther(callId, false);
        await flowsBothWays(callId);

        const received = await answers("received");
        await alice.setHeld(callId, true);
        await answered("received", received + 1);
        await crash();
        await alice.setHeld(callId, false);
        await answered("received", 1);
        await flowsBothWays(callId);

        phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        expect(await world.rtpengine.sessionCount()).toBe(0);
    });
});
