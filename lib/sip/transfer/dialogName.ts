import { splitValues } from "../sipHeaders.ts";

/** A dialog as a header of another request names it, from the view of who receives the header (RFC 3891, section 6.1). */
export interface DialogName {
    readonly callId: string;
    readonly toTag: string;
    readonly fromTag: string;
}

/** The Call-ID and the parameters of such a header. */
interface NamedDialog {
    readonly callId: string;
    /** The value of a parameter that occurs once; undefined for every other one. */
    readonly valueOf: (parameter: string) => string | undefined;
    readonly flags: ReadonlySet<string>;
}

/** Longer ones name no dialog of the bridge. */
const MAX_LENGTH = 512;

/** Splits the value of a header that names one dialog; undefined if it is malformed. Pure. */
export function splitDialogName(value: string): NamedDialog | undefined {
    if (value.length > MAX_LENGTH || splitValues(value).length !== 1) return undefined;
    const [callId = "", ...params] = splitValues(value, ";");
    if (callId === "" || /\s/.test(callId)) return undefined;
    const valueOf = (name: string): string | undefined => {
        const found = params.filter((param) => param.toLowerCase().startsWith(`${name}=`));
        return found.length === 1 ? found[0]?.slice(name.length + 1).trim() : undefined;
    };
    return { callId, valueOf, flags: new Set(params.map((param) => param.toLowerCase())) };
}
