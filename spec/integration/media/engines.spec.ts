import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";
import { until } from "../../../lab/world/until.ts";
import type { Side } from "../../../lib/call/vocabulary.ts";
import { captured, phone } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";
import { changeAlone } from "../../support/changeAlone.ts";

const browserOffer = captured("chromium-156-audio-offer");

describe("several rtpengines", () => {
    let world: MediaWorld;

    beforeEach(async () => {
        world = await MediaWorld.start({ probeIntervalMs: 500 }, 2);
    });

    afterEach(async () => {
        await world.stop();
    });

    test("share the calls", async () => {
        const sessions = [1, 2, 3, 4].map(() => world.open("webrtc", "rtp"));
        await Promise.all(sessions.map((session) => session.offer(browserOffer)));
        expect(await world.held()).toEqual([2, 2]);
        await Promise.all(sessions.map((session) => session.release()));
        expect(await world.held()).toEqual([0, 0]);
    });

    test("stand in for each other", async () => {
        await world.engines[0]?.stop();
        const sessions = [1, 2].map(() => world.open("webrtc", "rtp"));
        for (const session of sessions) await session.offer(browserOffer);
        expect(await world.engines[1]?.sessionCount()).toBe(2);
        expect(world.media.engines.map(({ health }) => health)).toEqual(["silent", "answering"]);
        await Promise.all(sessions.map((session) => session.release()));
    });

    test("an engine that is gone is found out without a call", async () => {
        await world.engines[0]?.stop();
        const isFoundOut = (): true | undefined => (world.media.engines[0]?.health === "silent" ? true : undefined);
        await until(isFoundOut, { what: "the pool to notice", timeoutMs: 5_000 });
    });
});

describe("an rtpengine of two bridges", () => {
    let world: MediaWorld;

    beforeEach(async () => {
        world = await MediaWorld.start({ callIdPrefix: "one-" });
    });

    afterEach(async () => {
        await world.stop();
    });

    test("each deletes the sessions of its earlier run, and not those of the other one", async () => {
        const other = await world.sharing({ callIdPrefix: "two-" });
        for (const bridge of [world, world, other]) await bridge.open("webrtc", "rtp").offer(browserOffer);
        expect(await world.held()).toEqual([3]);
        expect(await world.media.deleteStaleSessions()).toBe(2);
        expect(await world.held()).toEqual([1]);
        expect(await other.media.deleteStaleSessions()).toBe(1);
        other.media.stop();
    });
});

describe("a trunk with SRTP", () => {
    let world: MediaWorld;

    beforeEach(async () => {
        world = await MediaWorld.start();
    });

    afterEach(async () => {
        await world.stop();
    });

    const key = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
    const keysIn = (sdp: string): readonly string[] => sdp.match(/^a=crypto:.*$/gm) ?? [];

    test("is offered keys, and answered with the one it chose", async () => {
        const session = world.open("webrtc", "srtp");
        const offered = await session.offer(browserOffer);
        expect(offered).toMatch(/^m=audio \d+ RTP\/SAVP /m);
        const tag = /^a=crypto:(\d+) AES_CM_128_HMAC_SHA1_80 /m.exec(offered)?.[1] ?? "none";
        const crypto = `a=crypto:${tag} AES_CM_128_HMAC_SHA1_80 ${key}`;
        await session.answer(phone({ protocol: "RTP/SAVP", payloads: "0", more: [crypto] }));

        const held = phone({ protocol: "RTP/SAVP", payloads: "0", direction: "sendonly", version: 2, more: [crypto] });
        const answered = await changeAlone(session, "target", held);
        expect(answered).toMatch(/^a=recvonly/m);
        expect(keysIn(answered)).toEqual([expect.stringContaining("AES_CM_128_HMAC_SHA1_80")]);

        // the other party's exchanges leave the key alone that this one was told
        await changeAlone(session, "origin", browserOffer);
        expect(keysIn(await changeAlone(session, "target", held))).toEqual(keysIn(answered));
        await session.release();
    });

    test("that offers none is refused", async () => {
        const session = world.open("srtp", "rtp");
        await expect(session.offer(phone())).rejects.toMatchObject({ endCause: "noCommonMedia" });
    });
});

describe("SRTP that is optional", () => {
    let world: MediaWorld;
    let phones: Record<Side, RtpTone>;

    beforeEach(async () => {
        world = await MediaWorld.start();
        phones = { origin: await RtpTone.start(440), target: await RtpTone.start(620) };
    });

    afterEach(async () => {
        await Promise.all([phones.origin.stop(), phones.target.stop()]);
        await world.stop();
    });

    async function hearEachOther(offered: string, answered: string): Promise<void> {
        phones.target.sendTo(mediaAddressIn(offered));
        phones.origin.sendTo(mediaAddressIn(answered));
        await phones.target.hears(440);
        await phones.origin.hears(620);
    }

    test("is plain RTP with one who takes no keys", async () => {
        const session = world.open("rtp", "srtp-optional");
        const offered = await session.offer(phone({ port: phones.origin.port }));
        expect(offered).toMatch(/^m=audio \d+ RTP\/AVP /m);
        expect(offered).toMatch(/^a=crypto:/m);
        const answered = await session.answer(phone({ port: phones.target.port }));
        await hearEachOther(offered, answered);
        await session.release();
    });

    test("is encrypted with one who takes them: a bridge at the other end", async () => {
        const [near, far] = [world.open("rtp", "srtp-optional"), world.open("rtp", "rtp")];
        const between = await near.offer(phone({ port: phones.origin.port }));
        const offered = await far.offer(between);
        expect(offered).not.toContain("a=crypto");
        const back = await far.answer(phone({ port: phones.target.port }));
        expect(back).toMatch(/^m=audio \d+ RTP\/AVP /m);
        expect(back).toMatch(/^a=crypto:/m);
        const answered = await near.answer(back);
        expect(answered).not.toContain("a=crypto");
        await hearEachOther(offered, answered);
        await Promise.all([near.release(), far.release()]);
    });
});

function mediaAddressIn(sdp: string): { readonly address: string; readonly port: number } {
    const [, port = ""] = /^m=audio (\d+) /m.exec(sdp) ?? [];
    return { address: /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? "", port: Number(port) };
}
