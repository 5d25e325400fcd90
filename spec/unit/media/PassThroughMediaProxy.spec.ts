import { beforeEach, describe, expect, test } from "vitest";
import type { IceCandidate, Sdp } from "../../../lib/call/vocabulary.ts";
import { PassThroughMediaProxy } from "../../../lib/media/PassThroughMediaProxy.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { browserAnswer, captured, phone } from "../../support/descriptions.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { KeptTelemetry } from "../../support/quiet.ts";
import { changeAlone } from "../../support/changeAlone.ts";

const offer = captured("chromium-156-audio-offer");
const candidate: IceCandidate = { candidate: "candidate:1 1 udp 1 192.0.2.7 5000 typ host", mid: "0" };
const line = `a=${candidate.candidate}\r\n`;
const end: IceCandidate = { candidate: "" };
const endLine = "a=end-of-candidates\r\n";

/** Lets what is resolved be heard of. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("PassThroughMediaProxy", () => {
    let clock: FakeClock;
    let telemetry: KeptTelemetry;
    let session: MediaSession;

    beforeEach(() => {
        clock = new FakeClock();
        telemetry = new KeptTelemetry();
        session = new PassThroughMediaProxy(clock, telemetry).open();
    });

    /** What became of a description so far: `waits`, or what went on. */
    function watch(description: Promise<Sdp>): () => Promise<string> {
        let outcome = "waits";
        description.then(
            (sdp) => (outcome = sdp),
            (reason: unknown) => (outcome = String(reason)),
        );
        return async () => {
            await turn();
            return outcome;
        };
    }

    describe.each(["origin", "target"] as const)("the description of the %s", (side) => {
        const sdp = side === "origin" ? offer : browserAnswer({ mid: "0" });
        const longestWaitMs = side === "origin" ? 2_500 : 1_000;
        const forward = (description: Sdp): Promise<Sdp> =>
            side === "origin" ? session.offer(description) : session.answer(description);

        test("waits for its party to say that there are no more candidates, and takes them along", async () => {
            await session.addCandidates(side, [candidate]);
            const outcome = watch(forward(sdp));
            await session.addCandidates(side, [candidate]);
            expect(await outcome()).toBe("waits");
            await session.addCandidates(side, [candidate, end]);
            expect(await outcome()).toBe(`${sdp}${line}${line}${line}${endLine}`);
            expect(clock.pending).toBe(0);
        });

        test("does not wait where that was said before", async () => {
            await session.addCandidates(side, [end]);
            expect(await watch(forward(sdp))()).toBe(`${sdp}${endLine}`);
            expect(clock.pending).toBe(0);
        });

        test("waits no longer than is of use", async () => {
            const outcome = watch(forward(sdp));
            await session.addCandidates(side, [candidate]);
            clock.advance(longestWaitMs - 1);
            expect(await outcome()).toBe("waits");
            clock.advance(1);
            expect(await outcome()).toBe(`${sdp}${line}`);
        });

        test("does not wait for the other party", async () => {
            const outcome = watch(forward(sdp));
            await session.addCandidates(side === "origin" ? "target" : "origin", [end]);
            expect(await outcome()).toBe("waits");
        });

        test.each([
            ["that says so itself", `${sdp}${endLine}` as Sdp],
            ["without ICE", phone()],
        ])("does not wait if it is one %s, and changes no byte", async (_what, complete) => {
            await session.addCandidates(side, [end]);
            expect(await watch(forward(complete))()).toBe(complete);
            expect(clock.pending).toBe(0);
        });

        test("is given up once the call is over", async () => {
            const outcome = watch(forward(sdp));
            await session.release();
            expect(await outcome()).toContain("released");
            expect(clock.pending).toBe(0);
        });
    });

    test("counts candidates that come after the description went on, but not that there are no more", async () => {
        const outcome = watch(session.offer(offer));
        clock.advance(2_500);
        await outcome();
        await session.addCandidates("origin", [candidate, candidate, end]);
        expect(telemetry.counted).toEqual(["dropped from media: lateCandidate", "dropped from media: lateCandidate"]);
    });

    test("leaves out what is no candidate, and counts it", async () => {
        await session.addCandidates("origin", [{ candidate: "garbage\r\nm=audio 1 RTP/AVP 0" }, candidate, end]);
        await expect(session.offer(offer)).resolves.toBe(`${offer}${line}${endLine}`);
        expect(telemetry.counted).toEqual(["dropped from media: malformedCandidate"]);
    });

    test("keeps no flood of candidates", async () => {
        const flood = Array.from({ length: 103 }, () => candidate);
        await session.addCandidates("target", flood);
        expect(telemetry.counted).toEqual(Array.from({ length: 3 }, () => "dropped from media: tooManyCandidates"));
    });

    test("refuses what is no description, and every new offer", async () => {
        await expect(session.offer("hello" as Sdp)).rejects.toMatchObject({ endCause: "noCommonMedia" });
        await expect(changeAlone(session, "origin", offer)).rejects.toMatchObject({ endCause: "noCommonMedia" });
    });

    test("is released as often as one likes, and takes no offer afterwards", async () => {
        await session.release();
        await expect(session.release()).resolves.toBeUndefined();
        await expect(session.offer(offer)).rejects.toMatchObject({ endCause: "mediaLost" });
    });
});
