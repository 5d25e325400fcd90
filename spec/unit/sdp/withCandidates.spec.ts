import { expect, test } from "vitest";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import { withCandidates } from "../../../lib/sdp/withCandidates.ts";
import { captured } from "../../support/descriptions.ts";

const sdp = captured("chromium-156-audio-video-data-offer");
const line = (n: number): string => `candidate:${n} 1 udp 1 192.0.2.7 ${5_000 + n} typ host`;

test("candidates go to the ends of their sections, and nothing else changes", () => {
    const merged = withCandidates(sdp, [
        { candidate: line(1), mid: "1" },
        { candidate: line(2), mid: "0" },
        { candidate: line(3), lineIndex: 2 },
        { candidate: line(4) },
        { candidate: "" },
        { candidate: line(5), mid: "9" },
        { candidate: "garbage\r\na=x", mid: "0" },
    ]);
    const added = (merged ?? "")
        .split(/(?=^m=)/m)
        .map((part) => part.match(/^a=(candidate|end-of).*/gm)?.map((it) => it.trim()));
    expect(added).toEqual([
        undefined,
        [`a=${line(2)}`, `a=${line(4)}`, "a=end-of-candidates"],
        [`a=${line(1)}`],
        [`a=${line(3)}`],
    ]);
    expect(merged?.replace(/^a=(candidate|end-of).*\r\n/gm, "")).toBe(sdp);
});

test("without candidates not a byte changes", () => {
    expect(withCandidates(sdp, [])).toBe(sdp);
});

test("what is no description is not forwarded", () => {
    expect(withCandidates("hello" as Sdp, [])).toBeUndefined();
});
