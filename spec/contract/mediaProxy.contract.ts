import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CallId, IceCandidate, Sdp } from "../../lib/call/vocabulary.ts";
import { CallFailure } from "../../lib/ports/CallFailure.ts";
import type { MediaProxy, MediaRecord, MediaRequest, MediaSession } from "../../lib/ports/MediaProxy.ts";
import { keepLosses } from "../support/lostMedia.ts";
import { browserAnswer, captured, phone } from "../support/descriptions.ts";
import { changeAlone } from "../support/changeAlone.ts";

/** A media proxy with the server behind it, if any. */
export interface MediaWorld {
    readonly media: MediaProxy;
    /** Calls the server holds, asked past the proxy. */
    held(): Promise<number>;
    /** Ends the server without a word. */
    vanish(): Promise<void>;
    stop(): Promise<void>;
}

/** What a failing request may take at the most, in ms: the proxy under test must be set to give up well before. */
const LONGEST_WAIT_MS = 3_000;

const towardsBrowser: MediaRequest = { callId: "inbound1" as CallId, transports: { origin: "rtp", target: "webrtc" } };
const towardsPhone: MediaRequest = { callId: "outbound1" as CallId, transports: { origin: "webrtc", target: "rtp" } };
const betweenPhones: MediaRequest = { callId: "phones1" as CallId, transports: { origin: "rtp", target: "rtp" } };

const browserOffer = captured("chromium-156-audio-video-data-offer");

/** What every MediaProxy keeps that stands between the parties. */
export function mediaProxyContract(name: string, start: () => Promise<MediaWorld>): void {
    describe(`a media proxy: ${name}`, () => {
        let world: MediaWorld;
        const reports: string[] = [];

        beforeEach(async () => {
            reports.length = 0;
            world = await start();
        });

        afterEach(async () => {
            await world.stop();
            expect(reports).toEqual([]);
        });

        const open = (request: MediaRequest): MediaSession => world.media.open(request, keepLosses(reports));

        async function callToBrowser(): Promise<MediaSession> {
            const session = open(towardsBrowser);
            const offered = await session.offer(phone());
            await session.answer(browserAnswer({ mid: midIn(offered) }));
            return session;
        }

        test("offers a browser what it needs, whatever a phone offered", async () => {
            const offered = await open(towardsBrowser).offer(
                phone({ sections: ["m=video 40002 RTP/AVP 96", "a=rtpmap:96 H264/90000"] }),
            );
            expect(mediaLines(offered)).toHaveLength(1);
            expect(lines(offered)).toContain(`a=group:BUNDLE ${midIn(offered)}`);
            expect(lines(offered)).toContain("a=msid:sipms sipaudio");
            expect(lines(offered)).toContain("a=rtcp-mux");
            expect(lines(offered)).toContain("a=end-of-candidates");
            expect(offered).toMatch(/^a=fingerprint:sha-256 /m);
            expect(offered).toMatch(/^a=candidate:/m);
        });

        test("answers a phone section by section, in its own terms", async () => {
            const session = open(towardsBrowser);
            const offered = await session.offer(
                phone({ sections: ["m=video 40002 RTP/AVP 96", "a=rtpmap:96 H264/90000"] }),
            );
            const answered = await session.answer(browserAnswer({ mid: midIn(offered) }));
            expect(mediaLines(answered)).toEqual([
                expect.stringMatching(/^m=audio [1-9]\d* RTP\/AVP 0\b/),
                "m=video 0 RTP/AVP 96",
            ]);
            expect(answered).not.toMatch(/^a=(ice-|candidate|fingerprint|setup|msid|ssrc|mid|group)/m);
        });

        test("offers a phone plain audio only, in a message that UDP carries", async () => {
            const offered = await open(towardsPhone).offer(browserOffer);
            expect(mediaLines(offered)).toEqual([expect.stringMatching(/^m=audio [1-9]\d* RTP\/AVP /)]);
            expect(offered).not.toMatch(/^a=(ice-|candidate|fingerprint|setup|msid|ssrc|mid|group|extmap|rtcp-fb)/m);
            expect(offered.length).toBeLessThan(1_200);
        });

        test("answers a browser section by section, bundling only what it takes", async () => {
            const session = open(towardsPhone);
            await session.offer(browserOffer);
            const answered = await session.answer(phone({ payloads: "0", formats: ["a=rtpmap:0 PCMU/8000"] }));
            expect(mediaLines(answered)).toEqual([
                expect.stringMatching(/^m=audio [1-9]\d* UDP\/TLS\/RTP\/SAVPF 0$/),
                expect.stringMatching(/^m=video 0 UDP\/TLS\/RTP\/SAVPF \d+$/),
                "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
            ]);
            expect(lines(answered).filter((line) => line.startsWith("a=mid:"))).toEqual([
                "a=mid:0",
                "a=mid:1",
                "a=mid:2",
            ]);
            expect(lines(answered)).toContain("a=group:BUNDLE 0");
            expect(lines(answered)).toContain("a=setup:passive");
        });

        test("refuses what is no description of audio, and holds nothing for it", async () => {
            for (const garbage of ["", "hello", "v=0\r\n", phone({ payloads: "" }), phone({ port: 0 })]) {
                const session = open(towardsBrowser);
                await expectFailure(session.offer(garbage as Sdp), "noCommonMedia");
                await session.release();
            }
            const session = open(towardsPhone);
            await expectFailure(session.offer(phone()), "noCommonMedia");
            await session.release();
            expect(await world.held()).toBe(0);
        });

        test("refuses an answer that is none", async () => {
            const session = open(towardsBrowser);
            await session.offer(phone());
            await expectFailure(session.answer("garbage" as Sdp), "noCommonMedia");
            await session.release();
            expect(await world.held()).toBe(0);
        });

        test.each([
            ["sendonly", "recvonly"],
            ["inactive", "inactive"],
            ["recvonly", "sendonly"],
        ] as const)("answers a phone that goes %s with %s, and takes it back", async (direction, expected) => {
            const session = await callToBrowser();
            expect(directionIn(await changeAlone(session, "origin", phone({ direction, version: 2 })))).toBe(expected);
            expect(directionIn(await changeAlone(session, "origin", phone({ version: 3 })))).toBe("sendrecv");
        });

        test("answers a browser that holds, and one that restarts ICE", async () => {
            const session = await callToBrowser();
            const held = await changeAlone(session, "target", browserAnswer({ mid: "0", direction: "sendonly" }));
            expect(directionIn(held)).toBe("recvonly");
            const restarted = await changeAlone(session, "target", browserAnswer({ mid: "0", ufrag: "Next" }));
            expect(directionIn(restarted)).toBe("sendrecv");
            expect(lines(restarted)).toContain("a=msid:sipms sipaudio");
        });

        test("has each party's hold outlive the hold of the other one", async () => {
            const session = await callToBrowser();
            await changeAlone(session, "origin", phone({ direction: "sendonly", version: 2 }));
            const held = await changeAlone(session, "target", browserAnswer({ mid: "0", direction: "sendonly" }));
            expect(directionIn(held)).toBe("inactive");
            const resumed = await changeAlone(session, "origin", phone({ version: 3 }));
            expect(directionIn(resumed)).toBe("sendonly");
        });

        test("answers a session refresh with the description it gave before, to the byte", async () => {
            const session = await callToBrowser();
            const first = await changeAlone(session, "origin", phone({ version: 2 }));
            const second = await changeAlone(session, "origin", phone({ version: 2 }));
            expect(second).toBe(first);
            expect(await changeAlone(session, "origin", phone({ version: 2, direction: "sendonly" }))).not.toBe(first);
        });

        test("counts up the version of its own description with each change", async () => {
            const session = await callToBrowser();
            const held = originIn(await changeAlone(session, "origin", phone({ direction: "inactive", version: 2 })));
            const resumed = originIn(await changeAlone(session, "origin", phone({ version: 3 })));
            expect(resumed.session).toBe(held.session);
            expect(resumed.version).toBe(held.version + 1);
        });

        test("goes on from its record after a restart of the bridge", async () => {
            const before = await callToBrowser();
            const record = JSON.parse(JSON.stringify(before.snapshot())) as MediaRecord;
            const session = world.media.resume(towardsBrowser, record, keepLosses(reports));
            if (session === undefined) throw new Error("the record cannot be used");
            expect(
                directionIn(await changeAlone(session, "origin", phone({ direction: "sendonly", version: 2 }))),
            ).toBe("recvonly");
            expect(directionIn(await changeAlone(session, "origin", phone({ version: 3 })))).toBe("sendrecv");
            await session.release();
            expect(await world.held()).toBe(0);
        });

        test("has no record before both parties have spoken", async () => {
            const session = open(towardsBrowser);
            await session.offer(phone());
            expect(session.snapshot()).toBeUndefined();
        });

        test("refuses a new offer without audio and goes on as before", async () => {
            const session = await callToBrowser();
            const fax = phone({ port: 0, sections: ["m=image 40010 udptl t38"] });
            await expectFailure(changeAlone(session, "origin", fax), "noCommonMedia");
            expect(directionIn(await changeAlone(session, "origin", phone({ version: 3 })))).toBe("sendrecv");
        });

        test("takes candidates at any time, and bad ones without a word", async () => {
            const session = open(towardsBrowser);
            await session.addCandidates("target", candidates);
            const offered = await session.offer(phone());
            await session.addCandidates("target", candidates);
            await session.addCandidates("origin", candidates);
            await session.answer(browserAnswer({ mid: midIn(offered) }));
            await session.addCandidates("target", candidates);
            await session.release();
            await session.addCandidates("target", candidates);
            expect(await world.held()).toBe(0);
        });

        test("takes candidates while a description is under way", async () => {
            const session = open(towardsPhone);
            const [offered] = await Promise.all([
                session.offer(browserOffer),
                session.addCandidates("origin", candidates),
            ]);
            expect(mediaLines(offered)).toHaveLength(1);
            const [answered] = await Promise.all([
                session.answer(phone()),
                session.addCandidates("origin", candidates),
                session.addCandidates("target", [{ candidate: "" }]),
            ]);
            expect(answered).toMatch(/^a=candidate:/m);
            await session.release();
            expect(await world.held()).toBe(0);
        });

        test("sends no digits before both parties have spoken, and none after the release", async () => {
            const session = open(betweenPhones);
            await session.offer(phone());
            await expectFailure(session.sendDigits("origin", "1"), "internalError");
            await session.answer(phone({ port: 40_010 }));
            await session.release();
            await expectFailure(session.sendDigits("origin", "1"), "mediaLost");
        });

        test("frees everything, however often and whenever it is released", async () => {
            await open(towardsBrowser).release();
            const offered = open({ ...towardsBrowser, callId: "offered" as CallId });
            await offered.offer(phone());
            const connected = await callToBrowser();
            expect(await world.held()).toBe(2);
            await Promise.all([offered.release(), connected.release(), connected.release()]);
            await connected.release();
            expect(await world.held()).toBe(0);
        });

        test("a release that crosses an offer leaves nothing behind", async () => {
            const session = open(betweenPhones);
            const offering = session.offer(phone()).catch(() => undefined);
            await session.release();
            await offering;
            expect(await world.held()).toBe(0);
        });

        test("says that the media is gone when asked for more after the release", async () => {
            const session = await callToBrowser();
            await session.release();
            await expectFailure(changeAlone(session, "origin", phone()), "mediaLost");
        });

        test("without a server, says so in time, and still releases", async () => {
            const connected = await callToBrowser();
            await world.vanish();
            const began = performance.now();
            await expectFailure(open(betweenPhones).offer(phone()), "serviceUnavailable");
            await expectFailure(changeAlone(connected, "origin", phone({ version: 2 })), "serviceUnavailable");
            await connected.release();
            expect(performance.now() - began).toBeLessThan(LONGEST_WAIT_MS);
        });
    });
}

const candidates: readonly IceCandidate[] = [
    { candidate: "candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host generation 0 ufrag Brws", mid: "0" },
    { candidate: "candidate:2 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active", mid: "0" },
    { candidate: "candidate:3 1 udp 2113937151 0d8b1c3e.local 50001 typ host", mid: "0" },
    { candidate: "candidate:4 1 udp 2113937151 127.0.0.1 50002 typ host ufrag Othr", mid: "0" },
    { candidate: "garbage\r\nm=audio 1 RTP/AVP 0", mid: "0" },
    { candidate: "" },
];

async function expectFailure(promise: Promise<unknown>, endCause: string): Promise<void> {
    const reason: unknown = await promise.then(
        () => "resolved",
        (error: unknown) => error,
    );
    expect(reason).toBeInstanceOf(CallFailure);
    expect(reason).toMatchObject({ endCause });
}

function lines(sdp: string): readonly string[] {
    return sdp.split("\r\n");
}

function mediaLines(sdp: string): readonly string[] {
    return lines(sdp).filter((line) => line.startsWith("m="));
}

function directionIn(sdp: string): string | undefined {
    return /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(sdp)?.[1];
}

function midIn(sdp: string): string {
    return /^a=mid:(\S+)/m.exec(sdp)?.[1] ?? "none";
}

function originIn(sdp: string): { session: string | undefined; version: number } {
    const parts = /^o=\S+ (\d+) (\d+) /m.exec(sdp);
    return { session: parts?.[1], version: Number(parts?.[2]) };
}
