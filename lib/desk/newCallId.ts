import { randomBytes } from "node:crypto";
import type { CallId } from "../call/vocabulary.ts";

/** A fresh name for a call: 24 hexadecimal digits, so that it may be a Matrix `call_id` and an rtpengine call-id alike. */
export function newCallId(): CallId {
    return randomBytes(12).toString("hex") as CallId;
}
