import { type DialogName, splitDialogName } from "./dialogName.ts";

export interface Replaces extends DialogName {
    /** `earlyOnly`: only a call that is not answered yet is to be replaced. */
    readonly when: "always" | "earlyOnly";
}

/** Reads the value of a Replaces header; undefined if it is malformed: there is only one (RFC 3891, section 3). Pure. */
export function parseReplaces(value: string): Replaces | undefined {
    const named = splitDialogName(value);
    const [toTag, fromTag] = [named?.valueOf("to-tag"), named?.valueOf("from-tag")];
    if (named === undefined || toTag === undefined || fromTag === undefined) return undefined;
    return { callId: named.callId, toTag, fromTag, when: named.flags.has("early-only") ? "earlyOnly" : "always" };
}
