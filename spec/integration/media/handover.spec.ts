import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RtpTone } from "../../../lab/audio/RtpTone.ts";
import type { Sdp, Side } from "../../../lib/call/vocabulary.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { agreeOnLink } from "../../../lib/sdp/agreeOnLink.ts";
import { SYNTHETIC_OFFER } from "../../../lib/sdp/syntheticOffer.ts";
import { BrowserPeer, startBrowser } from "../../support/BrowserPeer.ts";
import { phone } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";

/** A phone or a browser with a tone of its own. */
interface Talker {
    readonly hz: number;
    readonly media: "rtp" | "webrtc";
    offer(): Promise<Sdp>;
    takeAnswer(sdp: Sdp): Promise<void>;
    answerTo(sdp: Sdp): Promise<Sdp>;
    hears(hz: number): Promise<void>;
    stop(): Promise<void>;
}

type Kind = "phone" | "browser";

describe("calls that are joined through rtpengine", () => {
    let browser: Browser;
    let world: MediaWorld;
    const talkers: Talker[] = [];
    const sessions: MediaSession[] = [];

    beforeAll(async () => {
        browser = await startBrowser();
    });

    afterAll(async () => {
        await browser.close();
    });

    beforeEach(async () => {
        world = await MediaWorld.start();
    });

    afterEach(async () => {
        await Promise.all(sessions.splice(0).map((session) => session.release()));
        expect(await world.held()).toEqual([0]);
        expect(world.reports).toEqual([]);
        await Promise.all(talkers.splice(0).map((talker) => talker.stop()));
        await world.stop();
    });

    async function talker(kind: Kind, hz: number): Promise<Talker> {
        const made = kind === "phone" ? await aPhone(hz) : await aBrowser(browser, hz);
        talkers.push(made);
        return made;
    }

    async function connect(caller: Talker, callee: Talker): Promise<MediaSession> {
        const session = world.open(caller.media, callee.media);
        sessions.push(session);
        const answer = await callee.answerTo(await session.offer(await caller.offer()));
        await caller.takeAnswer(await session.answer(answer));
        return session;
    }

    /** A call that the bridge places for a transfer: its origin has no party. */
    async function consult(callee: Talker): Promise<MediaSession> {
        const session = world.open("rtp", callee.media);
        sessions.push(session);
        await session.answer(await callee.answerTo(await session.offer(SYNTHETIC_OFFER)));
        return session;
    }

    async function join(one: MediaSession, leaves: Side, other: MediaSession, otherLeaves: Side): Promise<void> {
        const offers = [
            await one.beginHandover(leaves, "talks"),
            await other.beginHandover(otherLeaves, "talks"),
        ] as const;
        const agreed = agreeOnLink(...offers);
        if (agreed === undefined) throw new Error("the calls share no format");
        expect(await one.completeHandover(leaves, agreed[1])).toBe("talks");
        expect(await other.completeHandover(otherLeaves, agreed[0])).toBe("talks");
    }

    async function hearEachOther(one: Talker, other: Talker): Promise<void> {
        await Promise.all([one.hears(other.hz), other.hears(one.hz)]);
    }

    test.each<[stays: Kind, as: "caller" | "callee", leaves: Kind, comes: Kind]>([
        ["phone", "caller", "browser", "phone"],
        ["phone", "callee", "browser", "browser"],
        ["phone", "caller", "phone", "browser"],
        ["browser", "callee", "phone", "phone"],
        ["browser", "callee", "phone", "browser"],
        ["browser", "caller", "phone", "browser"],
        ["browser", "caller", "phone", "phone"],
    ])(
        "a %s that is %s of a %s talks to the %s that a transfer reached",
        async (stayingKind, as, leavingKind, comingKind) => {
            const stays = await talker(stayingKind, 440);
            const leaves = await talker(leavingKind, 620);
            const comes = await talker(comingKind, 800);
            const call = await (as === "caller" ? connect(stays, leaves) : connect(leaves, stays));
            await hearEachOther(stays, leaves);
            await join(call, as === "caller" ? "target" : "origin", await consult(comes), "origin");
            await leaves.stop();
            await hearEachOther(stays, comes);
            expect(world.log.lines).toEqual([]);
        },
    );
});

async function aPhone(hz: number): Promise<Talker> {
    const tone = await RtpTone.start(hz);
    const says = (): Promise<Sdp> => Promise.resolve(phone({ port: tone.port, payloads: "0 101" }));
    let state: "on" | "off" = "on";
    return {
        hz,
        media: "rtp",
        offer: says,
        takeAnswer: (sdp) => {
            tone.sendTo(audioAddress(sdp));
            return Promise.resolve();
        },
        answerTo: (sdp) => {
            tone.sendTo(audioAddress(sdp));
            return says();
        },
        hears: async (other) => {
            tone.forget();
            await tone.hears(other);
        },
        stop: async () => {
            if (state === "on") await tone.stop();
            state = "off";
        },
    };
}

async function aBrowser(browser: Browser, hz: number): Promise<Talker> {
    const peer = await BrowserPeer.open(browser, hz);
    let state: "on" | "off" = "on";
    return {
        hz,
        media: "webrtc",
        offer: () => peer.offer(),
        takeAnswer: (sdp) => peer.takeAnswer(sdp),
        answerTo: (sdp) => peer.answerTo(sdp),
        hears: (other) => peer.hears(other),
        stop: async () => {
            if (state === "on") await peer.close();
            state = "off";
        },
    };
}

function audioAddress(sdp: string): { address: string; port: number } {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? "none";
    return { address, port: Number(/^m=audio (\d+)/m.exec(sdp)?.[1]) };
}
