import {
    CAUSES_OF_MATRIX_REASON,
    ENDINGS,
    type EndedWhile,
    type HangupReason,
    UNKNOWN_MATRIX_REASON,
} from "../../call/endings.ts";
import type { EndCause } from "../../call/vocabulary.ts";

interface Notices {
    /** Text of the notice to a Matrix user whose outbound call fails with this cause; undefined if the client shows enough. */
    readonly notice?: string;
    /** The same for a call that was answered, if other words are right then. */
    readonly lateNotice?: string;
}

/**
 * The notice in the room for each end cause. Element shows a dialog "User busy" for `user_busy`, plays the busy tone for
 * `user_hangup`, and shows "Call failed" for every other reason, so the notice explains the failure.
 */
const NOTICES: Readonly<Record<EndCause, Notices>> = {
    hungUp: {},
    // the network of the other side: the client shows no difference to a user who declines
    cancelled: { notice: "The other side ended the call before it was answered." },
    busy: { notice: "The line is busy. Try again later." },
    declined: { notice: "The call was declined." },
    noAnswer: { notice: "There was no answer." },
    noResponse: { notice: "The phone network didn't respond. Try again later." },
    unavailable: { notice: "This number can't be reached at the moment. Try again later." },
    answeredElsewhere: {},
    notFound: { notice: "This number doesn't exist. Check it and try again." },
    badAddress: { notice: "This number is incomplete or not valid. Check it and try again." },
    forbidden: {
        notice: "You aren't allowed to call this number. Please contact your administrator.",
    },
    limitReached: {
        notice: "A limit for calls was reached. Try again later, or contact your administrator.",
    },
    rejectedByNetwork: {
        notice: "The phone network doesn't allow this call. Check the number, or contact your administrator.",
    },
    blocked: { notice: "The other side has blocked calls from you." },
    noCommonMedia: {
        notice: "Your device and the other side have no audio format in common. Call again from another app or device.",
    },
    mediaLost: {
        notice: "The call ended because the audio connection was lost. Check your internet connection and call again.",
    },
    iceFailed: {
        notice: "No audio connection could be established. Check your internet connection, or call from another network.",
    },
    mediaDeviceFailed: {},
    networkFailure: {
        notice: "The phone network couldn't connect the call. Try again later.",
        lateNotice: "The call ended because the phone network failed.",
    },
    serviceUnavailable: {
        notice: "Phone calls aren't possible at the moment. Try again later.",
        lateNotice: "The call ended because phone calls aren't possible at the moment.",
    },
    replaced: {},
    internalError: {
        notice: "The call failed because of an internal error. Please contact your administrator.",
    },
};

export function hangupReasonOf(cause: EndCause): HangupReason {
    return ENDINGS[cause].matrix;
}

/** The reason of an m.call.reject: not in the specification, but matrix-js-sdk reads it. Undefined for a plain reject. */
export function rejectReasonOf(cause: EndCause): HangupReason | undefined {
    const { matrix, plainReject } = ENDINGS[cause];
    return plainReject === true ? undefined : matrix;
}

export function noticeOf(cause: EndCause): string | undefined {
    return NOTICES[cause].notice;
}

/** The notice if the call ends after its answer, also one with early media. */
export function lateNoticeOf(cause: EndCause): string | undefined {
    const { lateNotice, notice } = NOTICES[cause];
    return lateNotice ?? notice;
}

/** Returns the end cause of a hangup or reject. A missing reason means `user_hangup` (specification, m.call.hangup). */
export function causeOfHangup(reason: string | undefined, endedWhile: EndedWhile): EndCause {
    const cause = Object.hasOwn(CAUSES_OF_MATRIX_REASON, reason ?? "user_hangup")
        ? CAUSES_OF_MATRIX_REASON[reason ?? "user_hangup"]
        : UNKNOWN_MATRIX_REASON;
    return (cause ?? UNKNOWN_MATRIX_REASON)[endedWhile];
}
