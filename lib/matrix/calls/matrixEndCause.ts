import type { EndCause } from "../../call/vocabulary.ts";

/** `reason` of m.call.hangup, as clients know it. `answered_elsewhere` and `replaced` are js-sdk's, not the specification's. */
export type HangupReason =
    | "user_hangup"
    | "user_busy"
    | "invite_timeout"
    | "ice_failed"
    | "ice_timeout"
    | "user_media_failed"
    | "unknown_error"
    | "answered_elsewhere"
    | "replaced";

interface MatrixEnding {
    readonly reason: HangupReason;
    /** Text of the notice to a Matrix user whose outbound call fails with this cause; undefined if the client shows enough. */
    readonly notice?: string;
    /** The same for a call that was answered, if other words are right then. */
    readonly lateNotice?: string;
    /** Send m.call.reject without a reason: clients then show that the other side declined. */
    readonly plainReject?: true;
}

/**
 * How each end cause is sent to Matrix. Element shows a dialog "User busy" for `user_busy`, plays the busy tone for
 * `user_hangup`, and shows "Call failed" for every other reason, so the notice explains the failure.
 */
const TO_MATRIX: Readonly<Record<EndCause, MatrixEnding>> = {
    hungUp: { reason: "user_hangup" },
    cancelled: { reason: "user_hangup" },
    busy: { reason: "user_busy", notice: "The line is busy. Try again later." },
    declined: { reason: "user_hangup", notice: "The call was declined.", plainReject: true },
    noAnswer: { reason: "invite_timeout", notice: "There was no answer." },
    noResponse: { reason: "unknown_error", notice: "The phone network didn't respond. Try again later." },
    unavailable: { reason: "invite_timeout", notice: "This number can't be reached at the moment. Try again later." },
    answeredElsewhere: { reason: "answered_elsewhere" },
    notFound: { reason: "unknown_error", notice: "This number doesn't exist. Check it and try again." },
    badAddress: { reason: "unknown_error", notice: "This number is incomplete or not valid. Check it and try again." },
    forbidden: {
        reason: "unknown_error",
        notice: "You aren't allowed to call this number. Please contact your administrator.",
    },
    limitReached: {
        reason: "unknown_error",
        notice: "A limit for calls was reached. Try again later, or contact your administrator.",
    },
    rejectedByNetwork: {
        reason: "unknown_error",
        notice: "The phone network doesn't allow this call. Check the number, or contact your administrator.",
    },
    blocked: { reason: "user_hangup", notice: "The other side has blocked your call.", plainReject: true },
    noCommonMedia: {
        reason: "unknown_error",
        notice: "The call failed because your device and the other side have no audio format in common.",
    },
    mediaLost: { reason: "ice_timeout", notice: "The call ended because the audio connection was lost." },
    iceFailed: { reason: "ice_failed", notice: "The call failed because no audio connection could be established." },
    mediaDeviceFailed: { reason: "user_media_failed" },
    networkFailure: {
        reason: "unknown_error",
        notice: "The phone network couldn't connect the call. Try again later.",
        lateNotice: "The call ended because the phone network failed.",
    },
    serviceUnavailable: {
        reason: "unknown_error",
        notice: "Phone calls aren't possible at the moment. Try again later.",
        lateNotice: "The call ended because phone calls aren't possible at the moment.",
    },
    replaced: { reason: "replaced" },
    internalError: {
        reason: "unknown_error",
        notice: "The call failed because of an internal error. Please contact your administrator.",
    },
};

export function hangupReasonOf(cause: EndCause): HangupReason {
    return TO_MATRIX[cause].reason;
}

/** The reason of an m.call.reject: not in the specification, but matrix-js-sdk reads it. Undefined for a plain reject. */
export function rejectReasonOf(cause: EndCause): HangupReason | undefined {
    const ending = TO_MATRIX[cause];
    return ending.plainReject === true ? undefined : ending.reason;
}

export function noticeOf(cause: EndCause): string | undefined {
    return TO_MATRIX[cause].notice;
}

/** The notice if the call ends after its answer, also one with early media. */
export function lateNoticeOf(cause: EndCause): string | undefined {
    const { lateNotice, notice } = TO_MATRIX[cause];
    return lateNotice ?? notice;
}

/** The state of the call when the Matrix party ended it. */
export type EndedWhile = "callingUs" | "calledByUs" | "connected";

type MeaningOfReason = Readonly<Record<EndedWhile, EndCause>>;

const always = (cause: EndCause): MeaningOfReason => ({ callingUs: cause, calledByUs: cause, connected: cause });

/** Unknown reasons are client failures outside the specification: matrix-js-sdk has its own (`create_answer`, ...). */
const UNKNOWN = always("unavailable");

const FROM_MATRIX: Readonly<Record<string, MeaningOfReason>> = {
    user_hangup: { callingUs: "cancelled", calledByUs: "declined", connected: "hungUp" },
    user_busy: always("busy"),
    // the caller's client ended the call after its own ring time
    invite_timeout: { callingUs: "noAnswer", calledByUs: "noAnswer", connected: "noAnswer" },
    ice_failed: always("iceFailed"),
    ice_timeout: always("mediaLost"),
    user_media_failed: always("mediaDeviceFailed"),
    answered_elsewhere: always("answeredElsewhere"),
    replaced: always("replaced"),
    unknown_error: UNKNOWN,
};

/** Returns the end cause of a hangup or reject. A missing reason means `user_hangup` (specification, m.call.hangup). */
export function causeOfHangup(reason: string | undefined, endedWhile: EndedWhile): EndCause {
    const cause = Object.hasOwn(FROM_MATRIX, reason ?? "user_hangup") ? FROM_MATRIX[reason ?? "user_hangup"] : UNKNOWN;
    return (cause ?? UNKNOWN)[endedWhile];
}
