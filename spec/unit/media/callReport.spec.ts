import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { audioPacketsByTag, qualityByTag } from "../../../lib/media/callReport.ts";

/** rtpengine 10.5.3, at the end of a call of 16 seconds between a browser (target) and a phone that sends RTCP. */
const REPLY = JSON.parse(
    readFileSync(new URL("../../fixtures/ng/delete-reply.json", import.meta.url), "utf8"),
) as Readonly<Record<string, unknown>>;

describe("the statistics of an ended call", () => {
    it("give loss, jitter and mean opinion score of each party's stream", () => {
        expect([...qualityByTag(REPLY)]).toEqual([
            ["origin", { mos: 4.4, lossPercent: 0, jitterMs: 2 }],
            ["target", { mos: 4.4, lossPercent: 0, jitterMs: 1 }],
        ]);
    });

    it("count audio without the RTCP of a port of its own", () => {
        expect([...audioPacketsByTag(REPLY)]).toEqual([
            ["origin", 837],
            ["target", 854],
        ]);
    });

    it("leave the quality unknown if a party sends no RTCP", () => {
        expect([...qualityByTag({ ...REPLY, SSRC: {} })]).toEqual([]);
        const unrated = { "521694084": { "average MOS": { MOS: 0, jitter: 0, "packet loss": 0, samples: 0 } } };
        expect([...qualityByTag({ ...REPLY, SSRC: unrated })]).toEqual([]);
    });

    it.each([{}, { tags: { a: null, b: { medias: [{ streams: [{ SSRC: {} }] }] } }, SSRC: [] }, { SSRC: { 1: 2 } }])(
        "give no quality for %j",
        (reply) => {
            expect([...qualityByTag(reply)]).toEqual([]);
        },
    );
});
