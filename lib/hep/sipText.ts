/** The parts of a SIP message that a collector gets. Names of headers in lower case. */
export interface SipParts {
    readonly method: string;
    readonly status?: number;
    readonly reason?: string;
    readonly uri?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

/** Headers whose usual spelling is not one capital letter per word. */
const SPELLINGS: Readonly<Record<string, string>> = {
    "call-id": "Call-ID",
    cseq: "CSeq",
    "www-authenticate": "WWW-Authenticate",
    rseq: "RSeq",
    rack: "RAck",
};

/** A SIP message as text (RFC 3261, section 7). The SIP server spells and orders headers in its own way. Pure. */
export function sipText({ method, status, reason, uri, headers, body }: SipParts): string {
    const first =
        status === undefined ? `${method} ${uri ?? "sip:unknown"} SIP/2.0` : `SIP/2.0 ${status} ${reason ?? ""}`;
    const isLength = (name: string): boolean => name === "content-length";
    const lines = Object.entries(headers)
        .filter(([name]) => !isLength(name))
        .map(([name, value]) => `${spelled(name)}: ${value}`);
    return [first, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, "", body].join("\r\n");
}

function spelled(name: string): string {
    return SPELLINGS[name] ?? name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
