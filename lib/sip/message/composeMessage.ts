import { createHash } from "node:crypto";
import { writeNumber } from "../../numbering/NumberFormat.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { PhoneTarget } from "../../ports/CallTarget.ts";
import type { DigestCredentials } from "../digest/DigestClient.ts";
import { identityHeaders } from "../identity/outboundIdentity.ts";
import { composePhoneInvite } from "../registrar/composePhoneInvite.ts";
import { parseNameAddress, parseUri } from "../sipHeaders.ts";
import type { HeaderFields } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { userPart } from "../identity/outboundIdentity.ts";
import { calleeUri, nextHopOf } from "../uac/composeInvite.ts";

/** Where a message goes, and how its sender is shown there: all of a request but its body and identifiers. */
export interface MessageDestination {
    readonly uri: string;
    readonly nextHop?: string;
    readonly answerMs?: number;
    readonly headers: HeaderFields;
    readonly credentials?: DigestCredentials;
    /** `stream` if requests to it go by a transport that carries any size: TCP, TLS or WebSocket. */
    readonly transport: "datagram" | "stream";
}

/** The way to a party through one address of a trunk (`atEachAddress`). */
export function trunkDestination(
    trunk: SipTrunk,
    user: MatrixUserId,
    party: RemoteParty,
    userAgent: string,
): MessageDestination {
    const to = calleeUri(trunk, party);
    const hop = nextHopOf(trunk, party);
    return {
        uri: to,
        ...hop,
        ...(trunk.answerMs !== undefined && { answerMs: trunk.answerMs }),
        headers: {
            ...trunk.headers,
            To: `<${to}>`,
            ...identityHeaders(trunk, { caller: user }, (number) => userPart(writeNumber(trunk.numberFormat, number))),
            "User-Agent": userAgent,
        },
        ...(trunk.credentials !== undefined && { credentials: trunk.credentials }),
        transport: transportOf(hop.nextHop ?? to),
    };
}

/** The way to a phone that is registered at `realm`. */
export function phoneDestination(target: PhoneTarget, realm: string, userAgent: string): MessageDestination {
    const { uri, nextHop = uri, headers } = composePhoneInvite(target, realm, { userAgent });
    const { To = `<${uri}>`, From = "", Route } = headers;
    return {
        uri,
        nextHop,
        headers: { To, From, ...(Route !== undefined && { Route }), "User-Agent": userAgent },
        transport: transportOf(nextHop),
    };
}

/** The same destination over TCP, for requests that are too large for a datagram (RFC 3261, section 18.1.1). */
export function overTcp(destination: MessageDestination): MessageDestination {
    const hop = destination.nextHop ?? destination.uri;
    const params = hop.replace(/;transport=[^;?>]*/i, "");
    return { ...destination, nextHop: `${params};transport=tcp`, transport: "stream" };
}

/** RFC 3261, section 19.1.1: UDP unless the URI says otherwise. */
function transportOf(uri: string): MessageDestination["transport"] {
    const parsed = parseUri(uri);
    const transport = parsed?.params.get("transport")?.toLowerCase() ?? "udp";
    return transport === "udp" && parsed?.scheme !== "sips" ? "datagram" : "stream";
}

/** The URI in a From or To header, for CPIM. */
export function uriIn(header: string | undefined): string {
    return parseNameAddress(header ?? "")?.uri ?? "sip:anonymous@anonymous.invalid";
}

/**
 * The identifiers of a message in SIP. They are derived from those it has in the bridge, so that every attempt, also after
 * a restart, is recognised as a repetition by a recipient that has the message.
 */
export function sipIdentifiers(
    messageId: string,
    part: number,
): { readonly callId: string; readonly tag: string; readonly reference: string } {
    const digest = createHash("sha256").update(messageId).digest("hex");
    return {
        callId: `${digest.slice(0, 32)}-${part}@matrix-appservice-sip`,
        tag: digest.slice(32, 48),
        reference: digest.slice(0, 24),
    };
}

const OWN_CALL_ID = /^([0-9a-f]{24})[0-9a-f]{8}-[0-9]+@matrix-appservice-sip$/;

/**
 * The reference of the message that an IMDN is about. It names the Message-ID of a CPIM message. Of one without CPIM, Linphone
 * names the Call-ID.
 */
export function referenceNamedBy(messageId: string): string {
    return OWN_CALL_ID.exec(messageId)?.[1] ?? messageId;
}
