import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";
import { writeToneWav } from "../../../lab/audio/wav.ts";
import { otherSide, type Sdp, type Side } from "../../../lib/call/vocabulary.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { BrowserPeer, startBrowser } from "../../support/BrowserPeer.ts";
import { phone, type PhoneSays } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";

const LOW = 440;
const HIGH = 620;
const MUSIC = 1_000;

describe("hold music of the bridge", () => {
    const folder = mkdtempSync(join(tmpdir(), "hold-music-"));
    const music = join(folder, "tone.wav");
    let world: MediaWorld;
    let phones: Record<Side, RtpTone>;
    let session: MediaSession;

    beforeAll(async () => {
        writeToneWav(music, MUSIC, 2);
        world = await MediaWorld.start({ holdMusic: music });
    });
    afterAll(async () => {
        await world.stop();
        rmSync(folder, { recursive: true });
    });
    afterEach(async () => {
        await session.release();
        expect(await world.held()).toEqual([0]);
        await Promise.all([phones.origin.stop(), phones.target.stop()]);
    });

    const says = (side: Side, more: PhoneSays = {}): Sdp => phone({ port: phones[side].port, ...more });

    async function connect(): Promise<void> {
        phones = { origin: await RtpTone.start(LOW), target: await RtpTone.start(HIGH) };
        session = world.open("rtp", "rtp");
        phones.target.sendTo(audioAddress(await session.offer(says("origin"))));
        phones.origin.sendTo(audioAddress(await session.answer(says("target"))));
        await expectSound();
    }

    async function expectSound(): Promise<void> {
        phones.origin.forget();
        phones.target.forget();
        await Promise.all([phones.target.hears(LOW), phones.origin.hears(HIGH)]);
    }

    /** A party offers a direction, and the other one agrees as phones do. Resolves to the two directions that are answered. */
    async function change(side: Side, direction: Direction, agreement: Direction): Promise<readonly Direction[]> {
        const proposal = await session.proposeChange(side, says(side, { direction, version: ++version }), "askable");
        if (proposal.kind === "answer") return [directionIn(proposal.sdp)];
        const other = otherSide(side);
        const answer = says(other, { direction: agreement, version: ++version });
        return [directionIn(proposal.sdp), directionIn((await session.completeChange(side, answer)).sdp)];
    }
    let version = 1;

    test.each<[Side]>([["origin"], ["target"]])("is heard by the party that the %s holds in silence", async (side) => {
        await connect();
        // the held party is offered a direction in which it can be sent music, and the answer keeps to that of the offer
        expect(await change(side, "inactive", "recvonly")).toEqual(["sendonly", "inactive"]);
        const other = otherSide(side);
        await phones[other].hears(MUSIC);
        await phones[side].hearsNothing();
        expect(await change(side, "sendrecv", "sendrecv")).toEqual(["sendrecv", "sendrecv"]);
        await expectSound();
    });

    test("gives way to the music of a phone that holds, and comes back when that ends", async () => {
        await connect();
        await change("origin", "sendonly", "recvonly");
        await phones.target.hears(LOW);
        phones.origin.mute();
        await phones.target.hears(MUSIC);
        phones.origin.unmute();
        await phones.target.hears(LOW);
        await change("origin", "sendrecv", "sendrecv");
        await expectSound();
    });

    test("ends for a party that holds as well, and comes back when it resumes", async () => {
        await connect();
        await change("origin", "inactive", "recvonly");
        await phones.target.hears(MUSIC);
        expect(await change("target", "inactive", "inactive")).toEqual(["sendonly", "inactive"]);
        await Promise.all([phones.target.hearsNothing(), phones.origin.hearsNothing()]);
        expect(await change("target", "sendrecv", "inactive")).toEqual(["sendrecv", "sendonly"]);
        await phones.target.hears(MUSIC);
        await phones.origin.hearsNothing();
    });

    test("is heard while a command holds the call, and neither party hears the other one", async () => {
        await connect();
        const proposal = await session.proposeHold("target", "holds", "askable");
        expect(directionIn(proposal.sdp)).toBe("sendonly");
        await session.completeChange("target", says("origin", { direction: "recvonly", version: ++version }));
        await Promise.all([phones.origin.hears(MUSIC), phones.target.hearsNothing()]);
        // a refresh of its client does not resume the call
        expect(await change("target", "sendrecv", "sendrecv")).toEqual(["sendrecv"]);
        await phones.target.hearsNothing();
        const resumed = await session.proposeHold("target", "talks", "askable");
        expect(directionIn(resumed.sdp)).toBe("sendrecv");
        await session.completeChange("target", says("origin", { version: ++version }));
        await expectSound();
    });

    test("goes on, and can end, after a restart of the bridge", async () => {
        await connect();
        await change("origin", "inactive", "recvonly");
        await phones.target.hears(MUSIC);
        const record = session.snapshot();
        if (record === undefined) throw new Error("the session has no record");
        session = world.resume("rtp", "rtp", record);
        await phones.target.hears(MUSIC);
        await change("origin", "sendrecv", "sendrecv");
        await expectSound();
    });

    test("that rtpengine cannot read is silence, of which the log tells once", async () => {
        const bare = await MediaWorld.start({ holdMusic: join(folder, "missing.wav") });
        const before = world;
        world = bare;
        try {
            await connect();
            await change("origin", "inactive", "recvonly");
            await change("origin", "sendrecv", "sendrecv");
            await change("origin", "inactive", "recvonly");
            await phones.target.hearsNothing();
            await change("origin", "sendrecv", "sendrecv");
            await expectSound();
            expect(bare.log.lines).toEqual([expect.stringContaining("hold music not played")]);
            await session.release();
        } finally {
            world = before;
            await bare.stop();
        }
    });

    test("of the bridge's own is music that rtpengine plays", async () => {
        const own = fileURLToPath(new URL("../../../assets/hold-music.wav", import.meta.url));
        const bare = await MediaWorld.start({ holdMusic: own });
        const before = world;
        world = bare;
        try {
            await connect();
            await change("origin", "inactive", "recvonly");
            phones.target.forget();
            // it has 32 notes of half a second: two of the first ones, E4 and C5
            await phones.target.hears(330);
            await phones.target.hears(523);
            expect(bare.log.lines).toEqual([]);
            await session.release();
        } finally {
            world = before;
            await bare.stop();
        }
    });

    describe("between a phone and a browser", () => {
        let browser: Browser;
        let peer: BrowserPeer;

        beforeAll(async () => {
            browser = await startBrowser();
        });
        afterAll(() => browser.close());
        afterEach(() => peer.close());

        async function phoneCallsBrowser(): Promise<void> {
            phones = { origin: await RtpTone.start(LOW), target: await RtpTone.start(HIGH) };
            peer = await BrowserPeer.open(browser, HIGH);
            session = world.open("rtp", "webrtc");
            const answer = await peer.answerTo(await session.offer(says("origin")));
            phones.origin.sendTo(audioAddress(await session.answer(answer)));
            await session.addCandidates("target", await peer.candidates());
            await Promise.all([phones.origin.hears(HIGH), peer.hears(LOW)]);
        }

        test("is heard in the browser when the phone holds in silence", async () => {
            await phoneCallsBrowser();
            const hold = says("origin", { direction: "inactive", version: ++version });
            const proposal = await session.proposeChange("origin", hold, "askable");
            await session.completeChange("origin", await peer.answerTo(proposal.sdp));
            await peer.hears(MUSIC);
            const back = await session.proposeChange("origin", says("origin", { version: ++version }), "askable");
            await session.completeChange("origin", await peer.answerTo(back.sdp));
            await phones.origin.hears(HIGH);
        });

        test("is heard by the phone when the browser holds", async () => {
            await phoneCallsBrowser();
            await peer.setDirection("sendonly");
            const proposal = await session.proposeChange("target", await peer.offer(), "askable");
            expect(directionIn(proposal.sdp)).toBe("sendonly");
            const agreed = says("origin", { direction: "recvonly", version: ++version });
            await peer.takeAnswer((await session.completeChange("target", agreed)).sdp);
            await phones.origin.hears(MUSIC);
            await peer.setDirection("sendrecv");
            await session.proposeChange("target", await peer.offer(), "askable");
            const answered = await session.completeChange("target", says("origin", { version: ++version }));
            await peer.takeAnswer(answered.sdp);
            await phones.origin.hears(HIGH);
        });
    });
});

type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

function directionIn(sdp: string): Direction {
    return (/^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(sdp)?.[1] ?? "sendrecv") as Direction;
}

function audioAddress(sdp: string): { address: string; port: number } {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? "none";
    return { address, port: Number(/^m=audio (\d+)/m.exec(sdp)?.[1]) };
}
