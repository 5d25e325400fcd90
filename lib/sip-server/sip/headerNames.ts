/** Compact forms (RFC 3261 7.3.3 and the registry of header fields). */
const compactForms: ReadonlyMap<string, string> = new Map([
    ["a", "Accept-Contact"],
    ["b", "Referred-By"],
    ["c", "Content-Type"],
    ["d", "Request-Disposition"],
    ["e", "Content-Encoding"],
    ["f", "From"],
    ["i", "Call-ID"],
    ["j", "Reject-Contact"],
    ["k", "Supported"],
    ["l", "Content-Length"],
    ["m", "Contact"],
    ["n", "Identity-Info"],
    ["o", "Event"],
    ["r", "Refer-To"],
    ["s", "Subject"],
    ["t", "To"],
    ["u", "Allow-Events"],
    ["v", "Via"],
    ["x", "Session-Expires"],
    ["y", "Identity"],
]);

/** Names whose usual spelling is not "first letter of each word in capitals". */
const irregular: ReadonlyMap<string, string> = new Map(
    ["Call-ID", "CSeq", "MIME-Version", "RAck", "RSeq", "SIP-ETag", "SIP-If-Match", "WWW-Authenticate"].map((name) => [
        name.toLowerCase(),
        name,
    ]),
);

/** The spelling a header name is shown and sent with: compact forms expanded, `CALL-ID` as `Call-ID`, `x-foo` as `X-Foo`. */
export function canonicalHeaderName(name: string): string {
    const lower = name.toLowerCase();
    const known = lower.length === 1 ? compactForms.get(lower) : irregular.get(lower);
    if (known !== undefined) return known;
    let spelled = "";
    let atWordStart = true;
    for (const char of lower) {
        spelled += atWordStart ? char.toUpperCase() : char;
        atWordStart = char === "-";
    }
    return spelled;
}

/** The key under which two spellings of one header name are equal. */
export function headerKey(name: string): string {
    const lower = name.toLowerCase();
    return lower.length === 1 ? (compactForms.get(lower)?.toLowerCase() ?? lower) : lower;
}
