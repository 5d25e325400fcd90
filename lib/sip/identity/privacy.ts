/** What a caller asks the network to keep from the callee (RFC 3323, section 4.2). */
export interface PrivacyWish {
    /** `explicit`: the caller says that nothing is to be withheld, whatever From looks like. */
    readonly identity: "withheld" | "explicit" | "unspecified";
    /** How the call came here is not to be told either (RFC 7044, section 10.1). */
    readonly isHistoryWithheld: boolean;
    /** What the call is not to go on without, and the bridge cannot give. */
    readonly unmet: readonly string[];
}

/** Reads a Privacy header; undefined is none. Anybody may ask for privacy, trusted or not. */
export function readPrivacy(header: string | undefined): PrivacyWish {
    // RFC 3323 separates by semicolons; several headers come joined by commas
    const wishes = new Set((header ?? "").toLowerCase().split(/[;,\s]+/));
    wishes.delete("");
    const isWithheld = ["id", "user", "header"].some((wish) => wishes.has(wish));
    return {
        identity: isWithheld ? "withheld" : wishes.has("none") ? "explicit" : "unspecified",
        isHistoryWithheld: wishes.has("history") || wishes.has("header"),
        unmet: wishes.has("critical") ? [...wishes].filter((wish) => !GIVEN.has(wish)) : [],
    };
}

/** `session` is given by ending both sessions here: neither side learns the other's addresses in SIP. */
const GIVEN: ReadonlySet<string> = new Set(["critical", "header", "history", "id", "none", "session", "user"]);
