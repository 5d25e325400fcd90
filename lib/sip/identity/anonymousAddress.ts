import { type NameAddress, parseUri } from "../sipHeaders.ts";

/** User parts by which networks say that the caller withholds the identity. */
const WITHHELD: ReadonlySet<string> = new Set(["anonymous", "private", "restricted", "withheld"]);
/** User parts by which networks say that they do not know the caller's number. */
const UNKNOWN: ReadonlySet<string> = new Set(["unavailable", "unknown"]);

/** Whether the caller withholds the identity: RFC 3323, section 4.1.1.3, or a user part that many networks write instead. */
export function isAnonymous({ uri }: Pick<NameAddress, "uri">): boolean {
    const { user, host } = parseUri(uri) ?? {};
    return host === "anonymous.invalid" || WITHHELD.has(user?.toLowerCase() ?? "");
}

/** Whether a URI names no caller at all: it has no user part, or one that stands for an unknown number. */
export function isNameless({ uri }: Pick<NameAddress, "uri">): boolean {
    const { user } = parseUri(uri) ?? {};
    return user === undefined || UNKNOWN.has(user.toLowerCase());
}

/** Whether a display name stands for a caller without one. */
export function isPlaceholderName(name: string): boolean {
    const word = name.trim().toLowerCase();
    return word === "" || WITHHELD.has(word) || UNKNOWN.has(word);
}
