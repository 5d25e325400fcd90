import { describe, expect, it } from "vitest";
import type { SentAudio } from "../../../lib/ports/CallRecorder.ts";
import { callAudioOf } from "../../../lib/records/callAudio.ts";

const phone = (packets: number): SentAudio => ({ from: "phone", packets });
const browser = (packets: number): SentAudio => ({ from: "browser", packets });

describe("callAudioOf", () => {
    it.each([
        ["bothWays", phone(500), browser(510), 10_000],
        ["bothWays in a short call", phone(60), browser(70), 1_500],
        ["bothWays although a phone was silent most of an hour", phone(12), browser(180_000), 3_600_000],
        ["callerOnly", phone(500), browser(0), 10_000],
        ["callerOnly if the browser sent RTCP only", phone(180_000), browser(1_200), 3_600_000],
        ["calleeOnly", browser(4), phone(500), 10_000],
        ["none", phone(0), browser(3), 10_000],
        ["tooShort", phone(0), browser(90), 2_000],
    ] as const)("rates %s", (verdict, caller, callee, talkMs) => {
        expect(callAudioOf({ caller, callee }, talkMs)).toEqual({
            verdict: verdict.split(" ")[0],
            fromCaller: caller,
            fromCallee: callee,
        });
    });

    it("does not take what was not counted for silence", () => {
        expect(callAudioOf(undefined, 60_000)).toEqual({ verdict: "unknown" });
    });
});
