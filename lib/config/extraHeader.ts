/** RFC 3261, section 25.1: token. */
const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]{1,64}$/;
/** Printable, with no line end that would begin a header of its own. */
const TEXT = /^[\P{Cc}\t]+$/u;

/** What a call says by itself, or what would change what it means; the one-letter names are their compact forms. */
const OURS = new Set(
    [
        [
            "via",
            "v",
            "from",
            "f",
            "to",
            "t",
            "call-id",
            "i",
            "cseq",
            "contact",
            "m",
            "max-forwards",
            "route",
            "record-route",
        ],
        ["content-type", "c", "content-length", "l", "content-encoding", "e", "content-disposition", "mime-version"],
        [
            "authorization",
            "proxy-authorization",
            "require",
            "proxy-require",
            "supported",
            "k",
            "allow",
            "accept",
            "user-agent",
        ],
        ["session-expires", "x", "min-se", "p-asserted-identity", "p-preferred-identity", "remote-party-id", "privacy"],
        ["p-charging-vector", "rack", "rseq", "replaces", "event", "o", "expires", "path"],
    ].flat(),
);

/** What is wrong with a header that an operator wants added to a call, or undefined. Pure. */
export function faultOfExtraHeader(name: string, value: string): string | undefined {
    if (!TOKEN.test(name)) return "must be the name of a header, such as X-Tenant";
    if (OURS.has(name.toLowerCase())) return "cannot be set: the bridge sets this header itself";
    return TEXT.test(value) ? undefined : "must be one line of text";
}
