import { beforeEach, describe, expect, test } from "vitest";
import type { IceCandidate, Sdp } from "../../../lib/call/vocabulary.ts";
import { PassThroughMediaProxy } from "../../../lib/media/PassThroughMediaProxy.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { browserAnswer, captured } from "../../support/descriptions.ts";
import { KeptTelemetry } from "../../support/quiet.ts";

const offer = captured("chromium-156-audio-offer");
const candidate: IceCandidate = { candidate: "candidate:1 1 udp 1 192.0.2.7 5000 typ host", mid: "0" };

describe("PassThroughMediaProxy", () => {
    let telemetry: KeptTelemetry;
    let session: MediaSession;

    beforeEach(() => {
        telemetry = new KeptTelemetry();
        session = new PassThroughMediaProxy(telemetry).open();
    });

    test("changes no byte of either description", async () => {
        await expect(session.offer(offer)).resolves.toBe(offer);
        const answer = browserAnswer({ mid: "0" });
        await expect(session.answer(answer)).resolves.toBe(answer);
    });

    test("merges in what came before the description, and counts what came after it", async () => {
        await session.offer(offer);
        await session.addCandidates("target", [candidate]);
        await session.addCandidates("origin", [candidate, candidate]);
        const answer = browserAnswer({ mid: "0" });
        await expect(session.answer(answer)).resolves.toBe(`${answer}a=${candidate.candidate}\r\n`);
        expect(telemetry.counted).toEqual(["dropped from media: lateCandidate", "dropped from media: lateCandidate"]);
    });

    test("keeps no flood of candidates", async () => {
        const flood = Array.from({ length: 103 }, () => candidate);
        await session.addCandidates("target", flood);
        expect(telemetry.counted).toEqual(Array.from({ length: 3 }, () => "dropped from media: tooManyCandidates"));
    });

    test("refuses what is no description, and every new offer", async () => {
        await expect(session.offer("hello" as Sdp)).rejects.toMatchObject({ endCause: "noCommonMedia" });
        await expect(session.renegotiate("origin", offer)).rejects.toMatchObject({ endCause: "noCommonMedia" });
    });

    test("is released as often as one likes", async () => {
        await session.release();
        await expect(session.release()).resolves.toBeUndefined();
    });
});
