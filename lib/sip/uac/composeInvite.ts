import { writeNumber } from "../../numbering/NumberFormat.ts";
import type { PhoneNumber } from "../../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { hostOf } from "../../numbering/SipAddress.ts";
import type { SipTarget } from "../../ports/CallTarget.ts";
import { type CallingUser, identityHeaders, userPart } from "../identity/outboundIdentity.ts";
import { numberIn } from "../identity/partyOfUri.ts";
import type { Hop } from "./inviteRoute.ts";
import { CAPABILITIES, MIN_SE_S, SESSION_EXPIRES_S } from "../sipCapabilities.ts";
import { parseUri } from "../sipHeaders.ts";
import type { HeaderFields } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";

/** An INVITE but for its body and what the SIP server adds. */
export interface ComposedInvite {
    readonly uri: string;
    readonly nextHop?: string;
    readonly headers: HeaderFields;
}

export interface InviteOptions {
    readonly userAgent: string;
    /** The session interval in seconds; 0: the call has no session timer. The default is `SESSION_EXPIRES_S`. */
    readonly sessionTimerS?: number | undefined;
    /** What a 422 asked for, in seconds. */
    readonly minSe?: number | undefined;
    /** Who is asked to refresh the session; left out, the callee's side chooses. */
    readonly refresher?: "uas";
}

/** How a call to `target` is put for one hop of its route. Pure. */
export function composeInvite(
    { trunk, redirectedTo }: Hop,
    target: Pick<SipTarget, "callee" | "referredBy"> & CallingUser,
    options: InviteOptions,
): ComposedInvite {
    const to = calleeUri(trunk, target.callee);
    // RFC 3966: a telephone number has no host, so that the trunk is called with it
    const number = redirectedTo === undefined ? undefined : numberOfTelUri(redirectedTo, trunk);
    const callee = number === undefined ? target.callee : ({ kind: "number", number } as const);
    const redirectTarget = number === undefined ? redirectedTo : undefined;
    return {
        uri: redirectTarget ?? calleeUri(trunk, callee),
        ...nextHopOf(trunk, callee, redirectTarget),
        headers: {
            ...trunk.headers,
            To: `<${to}>`,
            ...identityHeaders(trunk, target, (number) => userPart(writeNumber(trunk.numberFormat, number))),
            ...referredBy(target),
            // the SIP server refreshes without credentials, so a trunk that asks for them had better do it itself
            ...capabilityHeaders({ ...options, ...(trunk.credentials !== undefined && { refresher: "uas" }) }),
        },
    };
}

/** Who transferred the caller (RFC 3892, section 3), for a call that a transfer places. */
export function referredBy({ referredBy: uri }: { readonly referredBy?: string }): HeaderFields {
    return uri === undefined ? {} : { "Referred-By": `<${uri}>` };
}

/** What the bridge can do, and the session interval that it asks for (RFC 4028): the same in every INVITE. */
export function capabilityHeaders(options: InviteOptions): HeaderFields {
    const { userAgent, sessionTimerS = SESSION_EXPIRES_S } = options;
    return {
        ...CAPABILITIES,
        ...(sessionTimerS > 0 && sessionTimer(sessionTimerS, options)),
        "User-Agent": userAgent,
        "Content-Type": "application/sdp",
    };
}

function sessionTimer(intervalS: number, { minSe = MIN_SE_S, refresher }: InviteOptions): HeaderFields {
    const seconds = Math.max(intervalS, minSe);
    return {
        "Session-Expires": refresher === undefined ? `${seconds}` : `${seconds};refresher=${refresher}`,
        "Min-SE": `${minSe}`,
    };
}

/** The URI by which a trunk knows a party. */
export function calleeUri(trunk: SipTrunk, callee: RemoteParty): string {
    switch (callee.kind) {
        case "number":
            return numberUri(trunk, callee.number);
        case "address":
            return `${trunk.scheme}:${callee.address}`;
        case "anonymous":
            // this cannot be dialled; the trunk's network rejects it
            return `${trunk.scheme}:anonymous@${trunk.domain}`;
    }
}

/** An address at another host still goes through the trunk; a redirect goes where it says. */
export function nextHopOf(trunk: SipTrunk, callee: RemoteParty, redirectedTo?: string): { nextHop?: string } {
    if (redirectedTo !== undefined) return {};
    if (trunk.nextHop !== undefined) return { nextHop: trunk.nextHop };
    if (callee.kind === "number" && trunk.numberUri === "tel") return { nextHop: `${trunk.scheme}:${trunk.domain}` };
    const isElsewhere = callee.kind === "address" && hostOf(callee.address) !== trunk.domain;
    return isElsewhere ? { nextHop: `${trunk.scheme}:${trunk.domain}` } : {};
}

function numberOfTelUri(uri: string, trunk: SipTrunk): PhoneNumber | undefined {
    const parsed = parseUri(uri);
    return parsed?.scheme === "tel" ? numberIn(parsed, trunk) : undefined;
}

/** RFC 3261, section 19.1.6, and RFC 3966. */
function numberUri(trunk: SipTrunk, number: PhoneNumber): string {
    const dialled = userPart(`${trunk.dialPrefix}${writeNumber(trunk.numberFormat, number)}`);
    switch (trunk.numberUri) {
        case "sip-phone":
            return `${trunk.scheme}:${dialled}@${trunk.domain};user=phone`;
        case "sip":
            return `${trunk.scheme}:${dialled}@${trunk.domain}`;
        case "tel":
            // what is not a global number has a meaning within a domain only
            return dialled.startsWith("+")
                ? `tel:${dialled}`
                : `tel:${dialled};phone-context=${trunk.domain.replace(/:[0-9]+$/, "")}`;
    }
}
