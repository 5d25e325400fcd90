import { describe, expect, it } from "vitest";
import { nearestWord } from "../../../lib/config/nearestWord.ts";

const words = ["url", "domain", "peers", "unknownPeers", "ghostPrefix", "maxCalls", "maxHours"];

describe("nearestWord", () => {
    it.each([
        ["ulr", "url"],
        ["urls", "url"],
        ["domian", "domain"],
        ["Domain", "domain"],
        ["unknown_peers", "unknownPeers"],
        ["ghostprefix", "ghostPrefix"],
        ["maxHour", "maxHours"],
        ["port", undefined],
        ["unknown", "unknownPeers"],
        ["ghos", "ghostPrefix"],
        ["max", undefined],
        ["", undefined],
        ["somethingElse", undefined],
    ])("takes %j for %j", (typed, word) => {
        expect(nearestWord(typed, words)).toBe(word);
    });
});
