import type { HeaderFields, SipHeaders } from "../SipStack.ts";

/** RFC 3261, section 22.2: of a request that is sent once more, the same Call-ID, From and To, and the next CSeq. Pure. */
export function repeatedIdentity(headers: SipHeaders): HeaderFields {
    const pick = (name: string, key: string): HeaderFields => {
        const value = headers.get(key);
        return value === undefined ? {} : { [name]: value };
    };
    const sequence = Number.parseInt(headers.get("cseq") ?? "0", 10);
    return {
        ...pick("Call-ID", "call-id"),
        ...pick("From", "from"),
        ...pick("To", "to"),
        CSeq: `${sequence + 1} INVITE`,
    };
}
