import type { CallRecord } from "./CallRecord.ts";

/** A call that ended by a failure, regardless of the party at fault. A caller who gives up has not failed. */
export function hasFailed({ fault, cause }: Pick<CallRecord, "fault" | "cause">): boolean {
    return fault !== "none" && cause !== "cancelled";
}
