import type { CallId } from "../../call/vocabulary.ts";
import type { CallRecorder } from "../../ports/CallRecorder.ts";
import { HomeserverError } from "../homeserver/HomeserverError.ts";

/** Notes for the record of a call that the homeserver is at fault, if it is: the cause of the end does not tell. */
export function noteHomeserverFault(recorder: Pick<CallRecorder, "note">, callId: CallId, error: unknown): void {
    if (!(error instanceof HomeserverError)) return;
    const { errcode, status } = error.reply;
    recorder.note(callId, { kind: "fault", party: "homeserver", reason: errcode ?? `${status ?? "no response"}` });
}
