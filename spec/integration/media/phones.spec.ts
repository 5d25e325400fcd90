import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";
import { until } from "../../../lab/world/until.ts";
import type { Sdp, Side } from "../../../lib/call/vocabulary.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { phone, type PhoneSays } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";
import { changeAlone } from "../../support/changeAlone.ts";

const LOW = 440;
const HIGH = 620;

describe("two phones through rtpengine", () => {
    let world: MediaWorld;
    let phones: Record<Side, RtpTone>;
    let session: MediaSession;

    beforeEach(async () => {
        world = await MediaWorld.start({
            liveness: { pollIntervalMs: 250, silenceMs: 1_500, browserSilenceMs: 1_500 },
        });
        phones = { origin: await RtpTone.start(LOW), target: await RtpTone.start(HIGH) };
        session = world.open("rtp", "rtp");
    });

    afterEach(async () => {
        await session.release();
        expect(await world.held()).toEqual([0]);
        await Promise.all([phones.origin.stop(), phones.target.stop()]);
        await world.stop();
    });

    const says = (side: Side, more: PhoneSays = {}): Sdp => phone({ port: phones[side].port, ...more });

    async function connect(): Promise<void> {
        const offered = await session.offer(says("origin"));
        const answered = await session.answer(says("target"));
        phones.target.sendTo(audioAddress(offered));
        phones.origin.sendTo(audioAddress(answered));
    }

    /** It sends no more, and is replaced by one that was never told where to send. */
    async function silence(...sides: Side[]): Promise<void> {
        for (const side of sides) {
            await phones[side].stop();
            phones[side] = await RtpTone.start(LOW);
        }
    }

    async function expectSound(): Promise<void> {
        phones.origin.forget();
        phones.target.forget();
        await phones.target.hears(LOW);
        await phones.origin.hears(HIGH);
    }

    test("hear each other", async () => {
        await connect();
        await expectSound();
        expect(world.reports).toEqual([]);
    });

    test.each<[Side, PhoneSays, string]>([
        ["origin", { direction: "sendonly" }, "recvonly"],
        ["target", { direction: "sendonly" }, "recvonly"],
        ["origin", { direction: "inactive" }, "inactive"],
        ["target", { direction: "inactive" }, "inactive"],
        // as phones older than RFC 3264 hold
        ["origin", { address: "0.0.0.0" }, "recvonly"],
    ])("the %s holds by %o, hears nothing, and hears again when it is back", async (side, hold, answered) => {
        await connect();
        await expectSound();
        const before = await changeAlone(session, side, says(side, { ...hold, version: 2 }));
        expect(before).toMatch(new RegExp(`^a=${answered}`, "m"));
        await phones[side].hearsNothing();
        const after = await changeAlone(session, side, says(side, { version: 3 }));
        expect(audioAddress(after)).toEqual(audioAddress(before));
        await expectSound();
        expect(world.reports).toEqual([]);
    });

    test.each<[Side, Side]>([
        ["origin", "target"],
        ["target", "origin"],
    ])("digits that the bridge sends for the %s reach the %s complete, in order and once", async (from, to) => {
        await connect();
        await expectSound();
        await session.sendDigits(from, "1122**##00");
        await session.sendDigits(from, "9");
        const arrived = () => (phones[to].heardDigits.length >= 11 ? phones[to].heardDigits : undefined);
        expect(await until(arrived, { what: "eleven digits", timeoutMs: 10_000 })).toBe("1122**##009");
        expect(phones[from].heardDigits).toBe("");
        await expectSound();
    });

    test.each<[string, PhoneSays]>([
        ["another payload type", { payloads: "0 99", formats: ["a=rtpmap:99 telephone-event/8000"] }],
        ["the same payload type", {}],
    ])("digits that a phone sends reach one that answers with %s", async (_, answer) => {
        const offered = await session.offer(says("origin"));
        const answered = await session.answer(says("target", answer));
        phones.target.sendTo(audioAddress(offered));
        phones.origin.sendTo(audioAddress(answered));
        await expectSound();
        phones.origin.press("1122**##00");
        const arrived = () => (phones.target.heardDigits.length >= 10 ? phones.target.heardDigits : undefined);
        expect(await until(arrived, { what: "ten digits", timeoutMs: 10_000 })).toBe("1122**##00");
    });

    test("the other one hears the music of who holds", async () => {
        await connect();
        await changeAlone(session, "origin", says("origin", { direction: "sendonly", version: 2 }));
        await phones.origin.hearsNothing();
        phones.target.forget();
        await phones.target.hears(LOW);
    });

    test("both hold, and each ends its own hold only", async () => {
        await connect();
        await expectSound();
        await changeAlone(session, "origin", says("origin", { direction: "inactive", version: 2 }));
        await changeAlone(session, "target", says("target", { direction: "inactive", version: 2 }));
        await changeAlone(session, "origin", says("origin", { version: 3 }));
        await phones.target.hearsNothing();
        await changeAlone(session, "target", says("target", { version: 3 }));
        await expectSound();
    });

    test("a phone that answers in silence hears nothing until it wants to", async () => {
        phones.target.sendTo(audioAddress(await session.offer(says("origin"))));
        phones.origin.sendTo(audioAddress(await session.answer(says("target", { direction: "inactive" }))));
        await phones.origin.hears(HIGH);
        await phones.target.hearsNothing();
        await changeAlone(session, "target", says("target", { version: 2 }));
        await expectSound();
    });

    test("a phone that moved to another port is heard and hears there", async () => {
        await connect();
        await expectSound();
        await phones.origin.stop();
        phones.origin = await RtpTone.start(500);
        phones.origin.sendTo(audioAddress(await changeAlone(session, "origin", says("origin", { version: 2 }))));
        phones.target.forget();
        await phones.target.hears(500);
        await phones.origin.hears(HIGH);
    });

    test("if both fall silent, the media is reported lost, once", async () => {
        await connect();
        await expectSound();
        await silence("origin", "target");
        await until(() => world.reports.at(0), { what: "a report", timeoutMs: 10_000 });
        expect(world.reports).toEqual(["mediaLost"]);
    });

    test("a call that rtpengine has forgotten is reported lost", async () => {
        await connect();
        expect(await world.media.deleteStaleSessions()).toBe(1);
        await until(() => world.reports.at(0), { what: "a report", timeoutMs: 10_000 });
        expect(world.reports).toEqual(["mediaLost"]);
    });
});

function audioAddress(sdp: string): { address: string; port: number } {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? "none";
    return { address, port: Number(/^m=audio (\d+)/m.exec(sdp)?.[1]) };
}
