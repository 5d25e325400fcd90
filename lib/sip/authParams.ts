/** One set of parameters of WWW-Authenticate, Authorization and their like (RFC 7235, section 2.1). */
export interface AuthParams {
    /** In lower case: `digest`. */
    readonly scheme: string;
    /** Names in lower case; values as between their quotes, escapes kept. */
    readonly params: ReadonlyMap<string, string>;
}

/** A parameter, maybe behind the scheme that begins a set: `Digest realm="a"` or `nonce=b`. */
const PARAMETER = /\s*(?:([\w-]+)\s+)?([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)/y;

/** Every set of a header in which several may be joined by commas. Reading ends at the first thing that is no parameter. */
export function parseAuthParams(header: string): AuthParams[] {
    const sets: { readonly scheme: string; readonly params: Map<string, string> }[] = [];
    const scanner = new RegExp(PARAMETER);
    for (let match = scanner.exec(header); match !== null; match = scanner.exec(header)) {
        const [, scheme, name = "", quoted, plain] = match;
        if (scheme !== undefined) sets.push({ scheme: scheme.toLowerCase(), params: new Map() });
        sets.at(-1)?.params.set(name.toLowerCase(), quoted ?? plain ?? "");
        if (scanner.lastIndex >= header.length) break;
    }
    return sets;
}
