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

interface ToldInMatrix {
    readonly reason: HangupReason;
    /** What the Matrix user reads in the room when a call they placed fails with this; undefined where the client says enough. */
    readonly notice?: string;
    /** Told by m.call.reject without a reason: clients then show that the other side said no. */
    readonly plainReject?: true;
}

/**
 * What a call that ends with a cause looks like in Matrix. Element shows a dialog "User busy" for `user_busy`, plays
 * the busy tone for `user_hangup`, and shows "Call failed" for anything else, so only the notice says what happened.
 */
const TO_MATRIX: Readonly<Record<EndCause, ToldInMatrix>> = {
    hungUp: { reason: "user_hangup" },
    cancelled: { reason: "user_hangup" },
    busy: { reason: "user_busy", notice: "The line is busy." },
    declined: { reason: "user_hangup", notice: "The call was declined.", plainReject: true },
    noAnswer: { reason: "invite_timeout", notice: "Nobody answered." },
    unavailable: { reason: "invite_timeout", notice: "The number cannot be reached at the moment." },
    answeredElsewhere: { reason: "answered_elsewhere" },
    notFound: { reason: "unknown_error", notice: "The number was not recognised." },
    badAddress: { reason: "unknown_error", notice: "The number is incomplete or not valid." },
    forbidden: { reason: "unknown_error", notice: "You are not allowed to call this number." },
    blocked: { reason: "user_hangup", notice: "The call was blocked by the other side.", plainReject: true },
    noCommonMedia: {
        reason: "unknown_error",
        notice: "The call failed: both sides have no audio format in common.",
    },
    mediaLost: { reason: "ice_timeout", notice: "The call ended because no more sound came through." },
    iceFailed: { reason: "ice_failed", notice: "The call failed: no connection for the sound could be made." },
    mediaDeviceFailed: { reason: "user_media_failed" },
    networkFailure: { reason: "unknown_error", notice: "The telephone network could not put the call through." },
    serviceUnavailable: { reason: "unknown_error", notice: "Calls are not possible at the moment. Try again later." },
    replaced: { reason: "replaced" },
    internalError: { reason: "unknown_error", notice: "The call failed because of an error in the bridge." },
};

export function hangupReasonOf(cause: EndCause): HangupReason {
    return TO_MATRIX[cause].reason;
}

/** The reason of an m.call.reject. Outside the specification, but js-sdk reads it; undefined for a plain no. */
export function rejectReasonOf(cause: EndCause): HangupReason | undefined {
    const told = TO_MATRIX[cause];
    return told.plainReject === true ? undefined : told.reason;
}

export function noticeOf(cause: EndCause): string | undefined {
    return TO_MATRIX[cause].notice;
}

/** Where a call stood when the Matrix party ended it. */
export type EndedWhile = "callingUs" | "calledByUs" | "connected";

type MeaningOfReason = Readonly<Record<EndedWhile, EndCause>>;

const always = (cause: EndCause): MeaningOfReason => ({ callingUs: cause, calledByUs: cause, connected: cause });

/** A reason we do not know is a failure the client could not name: js-sdk has its own (`create_answer`, ...). */
const UNKNOWN = always("unavailable");

const FROM_MATRIX: Readonly<Record<string, MeaningOfReason>> = {
    user_hangup: { callingUs: "cancelled", calledByUs: "declined", connected: "hungUp" },
    user_busy: always("busy"),
    // a caller's client that gives up after its own ring time is a caller that gives up
    invite_timeout: { callingUs: "noAnswer", calledByUs: "noAnswer", connected: "noAnswer" },
    ice_failed: always("iceFailed"),
    ice_timeout: always("mediaLost"),
    user_media_failed: always("mediaDeviceFailed"),
    answered_elsewhere: always("answeredElsewhere"),
    replaced: always("replaced"),
    unknown_error: UNKNOWN,
};

/** What a hangup or a reject means. No reason is `user_hangup` (specification, m.call.hangup). */
export function causeOfHangup(reason: string | undefined, endedWhile: EndedWhile): EndCause {
    const meaning = Object.hasOwn(FROM_MATRIX, reason ?? "user_hangup")
        ? FROM_MATRIX[reason ?? "user_hangup"]
        : UNKNOWN;
    return (meaning ?? UNKNOWN)[endedWhile];
}
