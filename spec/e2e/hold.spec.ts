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

    /** How many 200 responses to INVITE the bridge has received: the phone's answers, also within calls. */
    async function answersOfPhone(): Promise<number> {
        const text = await (await fetch(`http://${metrics}/metrics`)).text();
        const counter = /^sip_bridge_sip_responses_total\{direction="received",method="invite",status="200"\} (\d+)$/m;
        return Number(counter.exec(text)?.[1] ?? 0);
    }

    async function hearEachOther(callId: string): Promise<void> {
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
    }

    async function flowsBothWays(callId: string): Promise<void> {
        await Promise.all([phone.awaitMedia({ sent: true, received: true }), alice.hears(callId, tones.phone)]);
    }

    it.each(ways)("%s is held and resumed by either side", async (way) => {
        const callId = await placed[way]();
        await alice.awaitState(callId, "connected");
        await hearEachOther(callId);

        const before = await answersOfPhone();
        await alice.setHeld(callId, true);
        const phoneAnswered = async (count: number): Promise<void> => {
            const probe = async () => ((await answersOfPhone()) >= before + count ? true : undefined);
            await until(probe, { what: `${count} answers of the phone`, timeoutMs: 15_000, everyMs: 100 });
        };
        await phoneAnswered(1);
        await alice.setHeld(callId, false);
        await phoneAnswered(2);
        await flowsBothWays(callId);

        phone.setHeld(true);
        await alice.awaitHeldByOther(callId, true);
        phone.setHeld(false);
        await alice.awaitHeldByOther(callId, false);
        await flowsBothWays(callId);

        const events = phone.events().length;
        await alice.hangUp(callId);
        await phone.awaitEvent("CALL_CLOSED", { after: events });
        await expectEnded(world, alice, callId, "silent");
        expect(await world.rtpengine.sessionCount()).toBe(0);
    });
});
