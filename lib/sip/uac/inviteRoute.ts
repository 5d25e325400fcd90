import type { EndCause } from "../../call/vocabulary.ts";
import { causeOfFailure } from "../sipEndCause.ts";
import { parseNameAddress, parseUri, splitValues } from "../sipHeaders.ts";
import type { SipHeaders } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";

/** Where an INVITE goes: through a trunk, or to an address a redirect of that trunk gave. */
export interface Hop {
    /** As it stands at the address that is tried (`atEachAddress`). */
    readonly trunk: SipTrunk;
    readonly redirectedTo?: string;
}

/** The way of a call: where it is tried now and where next. */
export interface InviteRoute {
    readonly current: Hop;
    readonly rest: readonly Hop[];
    /** Addresses taken from redirects so far. */
    readonly redirects: number;
}

export interface InviteFailure {
    readonly status: number;
    readonly headers: SipHeaders;
    readonly heard: "nothing" | "ringing";
}

export type Advance =
    { readonly kind: "next"; readonly route: InviteRoute } | { readonly kind: "failed"; readonly cause: EndCause };

const MAX_REDIRECTS = 5;
/** RFC 3261, section 21.3. A 380 describes another service, and its Contact is not where the call goes. */
const REDIRECTS: ReadonlySet<number> = new Set([300, 301, 302, 305]);

export function startRoute(trunks: readonly [SipTrunk, ...SipTrunk[]]): InviteRoute {
    const [first, ...others] = trunks;
    return { current: { trunk: first }, rest: others.map((trunk) => ({ trunk })), redirects: 0 };
}

/**
 * Where a call goes after a final response other than a challenge. Pure.
 * @param mayFollow whether it may go to a URI that a redirect names
 */
export function advance(route: InviteRoute, failure: InviteFailure, mayFollow: (uri: string) => boolean): Advance {
    const cause = causeOfFailure(failure.status, failure.headers, failure.heard);
    if (REDIRECTS.has(failure.status)) {
        return followRedirect(route, contactsOf(failure.headers).filter(mayFollow), cause);
    }
    const [next, ...rest] = route.rest;
    if (next === undefined || !isNetworkFault(failure, cause)) return { kind: "failed", cause };
    return { kind: "next", route: { ...route, current: next, rest } };
}

/**
 * The network failed, not the callee: 5xx, 408 for no response (RFC 3263, section 4.3), or a trunk that does not
 * take our credentials, while another may. Once a phone may have rung, another attempt would ring it again.
 */
function isNetworkFault({ status, heard }: InviteFailure, cause: EndCause): boolean {
    const ofNetwork = [401, 407, 408].includes(status) || (status >= 500 && status < 600);
    return heard === "nothing" && ofNetwork && (cause === "networkFailure" || cause === "noResponse");
}

/** RFC 3261, section 8.1.3.4. The same address is not asked twice by one answer; a loop ends at the limit. */
function followRedirect(route: InviteRoute, contacts: readonly string[], cause: EndCause): Advance {
    const { trunk } = route.current;
    const room = trunk.followsRedirects ? MAX_REDIRECTS - route.redirects : 0;
    const hops = contacts.slice(0, Math.max(0, room)).map((redirectedTo) => ({ trunk, redirectedTo }));
    const [first, ...others] = hops;
    if (first === undefined) return { kind: "failed", cause };
    const rest = [...others, ...route.rest];
    return { kind: "next", route: { current: first, rest, redirects: route.redirects + hops.length } };
}

/** The URIs of Contact that the bridge can call, `tel:` included, the preferred first. */
function contactsOf(headers: SipHeaders): string[] {
    const contacts = splitValues(headers.get("contact") ?? "")
        .map(parseNameAddress)
        .filter((contact) => contact !== undefined)
        .filter(({ uri }) => parseUri(uri) !== undefined)
        .map(({ uri, params }) => ({ uri, q: Number.parseFloat(params.get("q") ?? "1") || 0 }));
    return [...new Set(contacts.sort((a, b) => b.q - a.q).map(({ uri }) => uri))];
}

/** The route without the trunks that became full meanwhile. The one that the call is on has counted it already. */
export function withoutFull(
    { current, rest, redirects }: InviteRoute,
    isFull: (trunk: SipTrunk) => boolean,
): InviteRoute {
    const open = rest.filter(({ trunk }) => trunk.name === current.trunk.name || !isFull(trunk));
    return { current, rest: open, redirects };
}
