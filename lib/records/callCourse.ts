import { faultOf, type PartyNetwork } from "../call/faultOf.ts";
import type { EndCause, Side } from "../call/vocabulary.ts";
import type { CallParties, CallVia } from "../ports/CallParties.ts";
import type { CallNote } from "../ports/CallRecorder.ts";
import { callAudioOf } from "./callAudio.ts";
import type { CallRecord, LiveCallRecord, SipReason } from "./CallRecord.ts";

/** The course of one call, as the desk reports it. Plain data; times in ms since the Unix epoch. */
export interface CallCourse extends CallParties {
    readonly startedAt: number;
    readonly ringingAt?: number;
    readonly answeredAt?: number;
    readonly end?: CourseEnd;
}

export interface CourseEnd {
    readonly cause: EndCause;
    readonly by: Side | "bridge";
    readonly endedAt: number;
}

type Note<Kind extends CallNote["kind"]> = Extract<CallNote, { readonly kind: Kind }>;

/** The notes of a call that count, by kind. */
export type Notes = { readonly [Kind in CallNote["kind"]]?: Note<Kind> };

export const NO_NOTES: Notes = {};

/** Adds a note. Of several faults the first one counts, of the other kinds the last. */
export function withNote(notes: Notes, note: CallNote): Notes {
    return note.kind === "fault" && notes.fault !== undefined ? notes : { ...notes, [note.kind]: note };
}

/** What is known of a call so far. */
export function liveRecord(callId: string, course: CallCourse, notes: Notes): LiveCallRecord {
    const { direction, caller, callee, startedAt, ringingAt, answeredAt } = course;
    const sipCallId = notes.inviteSent?.sipCallId ?? notes.inviteReceived?.sipCallId;
    const { matrixCall } = notes;
    return {
        callId,
        direction,
        caller,
        callee,
        via: viaOf(course, notes),
        ...(sipCallId !== undefined && { sipCallId }),
        ...(matrixCall !== undefined && { roomId: matrixCall.roomId, matrixCallId: matrixCall.matrixCallId }),
        startedAt,
        ...(ringingAt !== undefined && { ringingAt }),
        ...(answeredAt !== undefined && { answeredAt }),
    };
}

/** Everything about a call that is over. */
export function recordOf(
    callId: string,
    course: CallCourse,
    { cause, by, endedAt }: CourseEnd,
    notes: Notes,
    sipReason: SipReason | undefined,
): CallRecord {
    const { fault, finalResponse, matrixEnd, audio } = notes;
    const end = { cause, by, rang: course.ringingAt !== undefined, networks: networksOf(course, notes) };
    return {
        ...liveRecord(callId, course, notes),
        endedAt,
        cause,
        by,
        fault: fault?.party ?? faultOf(end),
        ...(fault !== undefined && { faultReason: fault.reason }),
        ...(finalResponse !== undefined && { response: finalResponse.response }),
        ...(sipReason !== undefined && { sipReason }),
        ...(matrixEnd !== undefined && { matrixEnd: matrixEnd.end }),
        ...(course.answeredAt !== undefined && {
            audio: callAudioOf(
                audio && { caller: audio.sent.origin, callee: audio.sent.target },
                endedAt - course.answeredAt,
            ),
        }),
    };
}

/** An inbound call is connected by its sender; an outbound one by the last trunk or phone that was tried. */
function viaOf({ direction, firstHop }: CallCourse, { inviteReceived, inviteSent }: Notes): CallVia {
    const isPhone = inviteReceived?.from === "phone";
    const sender: CallVia = { kind: isPhone ? "phone" : "trunk", name: inviteReceived?.sender ?? "" };
    if (direction === "inbound" || firstHop === undefined) return sender;
    return { kind: firstHop.kind, name: inviteSent?.trunk ?? firstHop.name };
}

function networksOf({ targetNetwork }: CallCourse, { inviteReceived }: Notes): Record<Side, PartyNetwork> {
    if (inviteReceived === undefined) return { origin: "homeserver", target: targetNetwork };
    return { origin: inviteReceived.from === "phone" ? "phone" : "trunk", target: targetNetwork };
}
