import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { writeToneWav } from "../../lab/audio/wav.ts";
import { numbers, World } from "../../lab/world/World.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import type { SippPhone } from "../../lab/world/SippPhone.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";

const MUSIC = 1_000;

interface Call {
    readonly phone: SippPhone;
    readonly callId: string;
}

describe("a phone changes the session of a call", () => {
    let world: World;
    let alice: MatrixClientPage;
    const folder = mkdtempSync(join(tmpdir(), "hold-music-"));
    const music = join(folder, "tone.wav");

    beforeAll(async () => {
        writeToneWav(music, MUSIC, 2);
        world = await World.start({ configure: (config) => ({ ...config, calls: { holdMusic: music } }) });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(async () => {
        // A call that went wrong must not be in the way of the next one.
        const live = (await alice.calls()).filter(({ state }) => state !== "ended");
        await Promise.all(live.map(({ callId }) => alice.hangUp(callId)));
        await world.stopPhones();
    });
    afterAll(async () => {
        await world.stop();
        rmSync(folder, { recursive: true });
    });

    const placed = {
        "that it placed": async (): Promise<Call> => {
            const phone = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
            const { callId } = await alice.awaitRinging();
            await alice.answer(callId);
            await phone.isAnswered();
            return { phone, callId };
        },
        "that it answered": async (): Promise<Call> => {
            const phone = await world.phoneListens({ toneHz: tones.phone });
            const callId = await alice.dialNumber(numbers.phone);
            await phone.isCalled();
            await phone.answer();
            return { phone, callId };
        },
    } as const;
    const ways = Object.keys(placed) as (keyof typeof placed)[];

    async function connected(way: keyof typeof placed): Promise<Call> {
        const call = await placed[way]();
        await alice.awaitState(call.callId, "connected");
        await hearEachOther(call);
        return call;
    }

    /** Only what is heard from now on counts. */
    async function hearEachOther(call: Call): Promise<void> {
        call.phone.tone.forget();
        await Promise.all([call.phone.tone.hears(tones.alice), userHears(call, tones.phone)]);
    }

    /** From now on: the phone plays another tone before this one. */
    async function userHears({ phone, callId }: Call, toneHz: number): Promise<void> {
        for (const hz of [tones.otherPhone, toneHz]) {
            phone.tone.play(hz);
            await alice.hears(callId, hz);
        }
    }

    async function hangUp({ phone, callId }: Call): Promise<void> {
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
    }

    it.each(ways)("%s: holds the user, who hears its music, and takes them back", async (way) => {
        const call = await connected(way);
        expect((await call.phone.reoffer("sendonly")).text).toMatch(/^a=recvonly/m);
        await call.phone.tone.hearsNothing();
        await userHears(call, tones.phone);

        expect((await call.phone.reoffer("sendrecv")).text).toMatch(/^a=sendrecv/m);
        await hearEachOther(call);
        await hangUp(call);
    });

    it.each(ways)(
        "%s: holds in silence, the user hears the bridge's music, and it takes the user back",
        async (way) => {
            const call = await connected(way);
            expect((await call.phone.reoffer("inactive")).text).toMatch(/^a=inactive/m);
            await Promise.all([call.phone.tone.hearsNothing(), alice.hears(call.callId, MUSIC)]);
            expect((await call.phone.reoffer("sendrecv")).text).toMatch(/^a=sendrecv/m);
            call.phone.tone.forget();
            // the tone meter in Chromium keeps to the source of the music, and hears its end (`World`)
            await Promise.all([call.phone.tone.hears(tones.alice), alice.hearsNothing(call.callId)]);
            await hangUp(call);
        },
    );

    it.each(ways)("%s: refreshes it, by re-INVITE and by UPDATE, and the call goes on", async (way) => {
        const call = await connected(way);
        expect((await call.phone.refresh("INVITE")).text).toMatch(/^m=audio [1-9]/m);
        await call.phone.refresh("UPDATE");
        await hearEachOther(call);
        const told = (await alice.callEvents(call.callId)).map(({ type }) => type);
        expect(told).not.toContain("m.call.negotiate");
        await hangUp(call);
    });

    it("that it answered: hears the bridge's music while the user's client holds", async () => {
        const call = await connected("that it answered");
        await alice.setHeld(call.callId, true);
        await call.phone.tone.hears(MUSIC);
        await alice.setHeld(call.callId, false);
        await hearEachOther(call);
        await hangUp(call);
    });

    it("that it answered: hears the bridge's music while the user holds by a command, and is not heard", async () => {
        const call = await connected("that it answered");
        const { roomId } = await alice.call(call.callId);
        await alice.write(roomId, "!sip hold");
        await Promise.all([call.phone.tone.hears(MUSIC), alice.hearsNothing(call.callId)]);
        await alice.write(roomId, "!sip resume");
        await hearEachOther(call);
        await hangUp(call);
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});
