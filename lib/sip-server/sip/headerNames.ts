/** A header name in its canonical spelling, and the key under which all spellings of it are equal. */
export interface HeaderName {
    readonly name: string;
    readonly key: string;
}

/** Compact forms (RFC 3261 7.3.3 and the IANA registry of header fields). */
const compactForms: Readonly<Record<string, string>> = {
    a: "Accept-Contact",
    b: "Referred-By",
    c: "Content-Type",
    d: "Request-Disposition",
    e: "Content-Encoding",
    f: "From",
    i: "Call-ID",
    j: "Reject-Contact",
    k: "Supported",
    l: "Content-Length",
    m: "Contact",
    n: "Identity-Info",
    o: "Event",
    r: "Refer-To",
    s: "Subject",
    t: "To",
    u: "Allow-Events",
    v: "Via",
    x: "Session-Expires",
    y: "Identity",
};

/** Names that are not spelled with a capital at the start of each word. */
const irregularNames = ["Call-ID", "CSeq", "MIME-Version", "RAck", "RSeq", "SIP-ETag", "SIP-If-Match"].concat([
    "WWW-Authenticate",
    "Min-SE",
    "User-to-User",
]);

/** What nearly every message holds: looked up by its exact spelling, so the common case costs one look-up. */
const frequentNames = ["Via", "From", "To", "Contact", "Max-Forwards", "Content-Length", "Content-Type", "Route"]
    .concat(["Record-Route", "Allow", "Supported", "Require", "User-Agent", "Server", "Expires", "Session-Expires"])
    .concat(["Authorization", "Proxy-Authorization", "Reason", "Privacy", "Accept", "Event", "Subscription-State"]);

const known: ReadonlyMap<string, HeaderName> = new Map(
    [
        ...Object.entries(compactForms),
        ...[...irregularNames, ...frequentNames].map((name) => [name, name] as const),
    ].flatMap(([spelling, name]) => {
        const entry: HeaderName = { name, key: name.toLowerCase() };
        return [spelling, spelling.toLowerCase(), spelling.toUpperCase()].map((variant) => [variant, entry] as const);
    }),
);

/** Recognises a header name, compact forms included: `i`, `CALL-ID` and `call-id` are `Call-ID`, `x-foo` is `X-Foo`. */
export function headerName(spelling: string): HeaderName {
    const entry = known.get(spelling);
    if (entry !== undefined) return entry;
    const key = spelling.toLowerCase();
    return known.get(key) ?? { name: capitalised(key), key };
}

function capitalised(lower: string): string {
    let spelled = "";
    let atWordStart = true;
    for (const char of lower) {
        spelled += atWordStart ? char.toUpperCase() : char;
        atWordStart = char === "-";
    }
    return spelled;
}
