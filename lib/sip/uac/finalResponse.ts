import type { FinalResponse } from "../../ports/CallRecorder.ts";
import type { IncomingResponse } from "../SipStack.ts";

/** What the record of a call keeps of the final response to its INVITE. */
export function finalResponse({ status, reason, headers }: IncomingResponse): FinalResponse {
    return { status, reason, detail: headers.get("reason") ?? headers.get("warning") };
}
