import { describe, expect, it } from "vitest";
import { END_CAUSES, type EndCause } from "../../../../lib/call/vocabulary.ts";
import {
    causeOfHangup,
    hangupReasonOf,
    noticeOf,
    rejectReasonOf,
} from "../../../../lib/matrix/calls/matrixEndCause.ts";

const TO_MATRIX: readonly (readonly [
    EndCause,
    hangup: string,
    reject: string | undefined,
    notice: RegExp | undefined,
])[] = [
    ["hungUp", "user_hangup", "user_hangup", undefined],
    ["cancelled", "user_hangup", "user_hangup", /before it was answered/],
    ["busy", "user_busy", "user_busy", /busy/],
    ["declined", "user_hangup", undefined, /declined/],
    ["noAnswer", "invite_timeout", "invite_timeout", /no answer/],
    ["noResponse", "unknown_error", "unknown_error", /respond/],
    ["unavailable", "invite_timeout", "invite_timeout", /be reached/],
    ["answeredElsewhere", "answered_elsewhere", "answered_elsewhere", undefined],
    ["notFound", "unknown_error", "unknown_error", /exist/],
    ["badAddress", "unknown_error", "unknown_error", /incomplete/],
    ["forbidden", "unknown_error", "unknown_error", /allowed/],
    ["limitReached", "unknown_error", "unknown_error", /limit for calls was reached/],
    ["rejectedByNetwork", "unknown_error", "unknown_error", /phone network doesn't allow/],
    ["blocked", "user_hangup", undefined, /blocked/],
    ["noCommonMedia", "unknown_error", "unknown_error", /audio format/],
    ["mediaLost", "ice_timeout", "ice_timeout", /audio connection/],
    ["iceFailed", "ice_failed", "ice_failed", /audio connection/],
    ["mediaDeviceFailed", "user_media_failed", "user_media_failed", undefined],
    ["networkFailure", "unknown_error", "unknown_error", /network/],
    ["serviceUnavailable", "unknown_error", "unknown_error", /Try again/],
    ["replaced", "replaced", "replaced", undefined],
    ["internalError", "unknown_error", "unknown_error", /internal error/],
];

describe("the Matrix reason and notice of an end cause", () => {
    it.each(TO_MATRIX)("%s", (cause, hangup, reject, notice) => {
        expect(hangupReasonOf(cause)).toBe(hangup);
        expect(rejectReasonOf(cause)).toBe(reject);
        if (notice === undefined) expect(noticeOf(cause)).toBeUndefined();
        else expect(noticeOf(cause)).toMatch(notice);
    });

    it("covers every end cause", () => {
        expect(TO_MATRIX.map(([cause]) => cause).sort()).toEqual([...END_CAUSES].sort());
    });
});

describe("the end cause of a Matrix reason", () => {
    it.each([
        [undefined, "cancelled", "declined", "hungUp"],
        ["user_hangup", "cancelled", "declined", "hungUp"],
        ["user_busy", "busy", "busy", "busy"],
        ["invite_timeout", "noAnswer", "noAnswer", "noAnswer"],
        ["ice_failed", "iceFailed", "iceFailed", "iceFailed"],
        ["ice_timeout", "mediaLost", "mediaLost", "mediaLost"],
        ["user_media_failed", "mediaDeviceFailed", "mediaDeviceFailed", "mediaDeviceFailed"],
        ["answered_elsewhere", "answeredElsewhere", "answeredElsewhere", "answeredElsewhere"],
        ["replaced", "replaced", "replaced", "replaced"],
        ["unknown_error", "unavailable", "unavailable", "unavailable"],
        ["create_answer", "unavailable", "unavailable", "unavailable"],
        ["__proto__", "unavailable", "unavailable", "unavailable"],
    ])("%s", (reason, callingUs, calledByUs, connected) => {
        expect(causeOfHangup(reason, "callingUs")).toBe(callingUs);
        expect(causeOfHangup(reason, "calledByUs")).toBe(calledByUs);
        expect(causeOfHangup(reason, "connected")).toBe(connected);
    });
});
