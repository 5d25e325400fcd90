import { createHash } from "node:crypto";
import { escapeUser } from "../sipHeaders.ts";
import type { HeaderFields } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";

export interface RegisterParts {
    /** The address of the trunk that is asked. */
    readonly address: SipTrunk;
    readonly contactUser: string;
    readonly callId: string;
    readonly sequence: number;
    /** For how long to register, 0 to end it. */
    readonly seconds: number;
    readonly userAgent: string;
}

/** The headers of a REGISTER. RFC 3261, section 10.2: every one to a registrar has one Call-ID and a CSeq of its own. Pure. */
export function registerHeaders(parts: RegisterParts): HeaderFields {
    const { contactUser, callId, sequence, seconds, userAgent } = parts;
    const { scheme, domain, credentials, nextHop } = parts.address;
    const ofRecord = `<${scheme}:${escapeUser(credentials?.username ?? contactUser)}@${domain}>`;
    const transport = /;transport=(\w+)/i.exec(nextHop ?? "")?.[1];
    // RFC 7118, section 5.2.3: a WebSocket is `ws`, over TLS as well
    const parameter = transport === undefined ? "" : `;transport=${transport.replace(/^wss$/i, "ws")}`;
    return {
        To: ofRecord,
        From: ofRecord,
        "Call-ID": callId,
        CSeq: `${sequence} REGISTER`,
        // the SIP server puts its own address for localhost
        Contact: `<${scheme}:${contactUser}@localhost${parameter}>;expires=${seconds}`,
        Expires: `${seconds}`,
        "User-Agent": userAgent,
    };
}

/** The Request-URI of a REGISTER. */
export function registrarAt({ scheme, domain }: SipTrunk): string {
    return `${scheme}:${domain}`;
}

/** The user part of the bridge's Contact at this trunk. It cannot be guessed, and is the same after a restart. */
export function contactUserOf({ name, domain, credentials }: SipTrunk): string {
    const secret = [name, domain, credentials?.username ?? "", credentials?.password ?? ""].join("\0");
    return `${name}-${createHash("sha256").update(secret).digest("hex").slice(0, 24)}`;
}
