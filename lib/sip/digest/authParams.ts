/** One set of parameters of WWW-Authenticate, Authorization and their like (RFC 7235, section 2.1). */
export interface AuthParams {
    /** In lower case: `digest`. */
    readonly scheme: string;
    /** Names in lower case; values as between their quotes, escapes kept. */
    readonly params: ReadonlyMap<string, string>;
}

/** A parameter, maybe behind the scheme that begins a set: `Digest realm="a"` or `nonce=b`. */
const PARAMETER = /\s*(?:([\w-]+)\s+)?([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)/y;

/**
 * Every set of a header in which several may be joined by commas. What is no parameter is passed over, up to the next
 * comma: a scheme without any (`Negotiate`), or a list without its quotes (`qop=auth,auth-int`).
 */
export function parseAuthParams(header: string): AuthParams[] {
    const sets: { readonly scheme: string; readonly params: Map<string, string> }[] = [];
    const scanner = new RegExp(PARAMETER);
    for (let at = 0; at < header.length;) {
        scanner.lastIndex = at;
        const match = scanner.exec(header);
        at = match === null ? behindComma(header, at) : scanner.lastIndex;
        if (match === null) continue;
        const [, scheme, name = "", quoted, plain] = match;
        if (scheme !== undefined) sets.push({ scheme: scheme.toLowerCase(), params: new Map() });
        sets.at(-1)?.params.set(name.toLowerCase(), quoted ?? plain ?? "");
    }
    return sets;
}

function behindComma(header: string, from: number): number {
    const comma = header.indexOf(",", from);
    return comma < 0 ? header.length : comma + 1;
}
