import { splitValues } from "../sipHeaders.ts";

/** A dialog as a Replaces header names it, from the view of who receives the header (RFC 3891, section 6.1). */
export interface Replaces {
    readonly callId: string;
    readonly toTag: string;
    readonly fromTag: string;
    /** `earlyOnly`: only a call that is not answered yet is to be replaced. */
    readonly when: "always" | "earlyOnly";
}

/** Longer ones name no dialog of the bridge. */
const MAX_LENGTH = 512;

/** Reads the value of a Replaces header; undefined if it is malformed. Pure. */
export function parseReplaces(value: string): Replaces | undefined {
    // RFC 3891, section 3: a request with several of them is rejected
    if (value.length > MAX_LENGTH || splitValues(value).length !== 1) return undefined;
    const [callId = "", ...params] = splitValues(value, ";");
    const valueOf = (name: string): string | undefined => {
        const found = params.filter((param) => param.toLowerCase().startsWith(`${name}=`));
        return found.length === 1 ? found[0]?.slice(name.length + 1).trim() : undefined;
    };
    const [toTag, fromTag] = [valueOf("to-tag"), valueOf("from-tag")];
    if (callId === "" || /\s/.test(callId) || toTag === undefined || fromTag === undefined) return undefined;
    const isEarlyOnly = params.some((param) => param.toLowerCase() === "early-only");
    return { callId, toTag, fromTag, when: isEarlyOnly ? "earlyOnly" : "always" };
}
