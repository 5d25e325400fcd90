import type { Headers } from "../sip/Headers.ts";
import { parseNameAddr } from "../sip/NameAddr.ts";
import { readNameAddr, repairNameAddr } from "../sip/readNameAddr.ts";
import { formatUri, parseSipUri, type SipUri } from "../sip/SipUri.ts";

/** How a request in a dialog is addressed (RFC 3261 12.2.1.1). */
export interface RoutedRequest {
    readonly uri: string;
    /** Values of Route, in order. */
    readonly routes: readonly string[];
    /** Where it is sent. Undefined if that is no SIP URI. */
    readonly nextHop: SipUri | undefined;
}

/** The route set of a dialog we made: Record-Route of the response that made it, reversed (12.1.2). */
export function routeSetOfUac(response: Headers): readonly string[] {
    return routesOf(response).reverse();
}

/** The route set of a dialog the peer made: Record-Route of its request (12.1.1). */
export function routeSetOfUas(request: Headers): readonly string[] {
    return routesOf(request);
}

/** Without the elements that cannot be read, and each in the form of the grammar: they go into Route headers. */
function routesOf(headers: Headers): string[] {
    return headers.list("Record-Route").flatMap((route) => repairNameAddr(route) ?? []);
}

/** The URI of the first Contact that can be sent to; undefined without one. */
export function contactUri(headers: Headers): string | undefined {
    for (const contact of headers.list("Contact")) {
        const uri = readNameAddr(contact)?.uri;
        if (uri !== undefined && parseSipUri(uri) !== undefined) return uri;
    }
    return undefined;
}

/**
 * Applies a route set. A first hop without `lr` is a strict router of RFC 2543: it gets its own URI as Request-URI, and
 * the remote target goes to the end of the Route.
 */
export function routeRequest(remoteTarget: string, routeSet: readonly string[]): RoutedRequest {
    const target = parseSipUri(remoteTarget);
    const [first, ...others] = routeSet;
    const uri = target?.headers === undefined ? remoteTarget : formatUri(withoutHeaders(target));
    if (first === undefined) return { uri, routes: [], nextHop: target };
    const hop = parseSipUri(parseNameAddr(first)?.uri ?? "");
    if (hop === undefined || hop.params.has("lr")) return { uri, routes: routeSet, nextHop: hop };
    return { uri: formatUri(withoutHeaders(hop)), routes: [...others, `<${remoteTarget}>`], nextHop: hop };
}

/** Headers and method may not stand in a Request-URI (19.1.1). */
function withoutHeaders({ headers: _headers, ...uri }: SipUri): SipUri {
    return { ...uri, params: new Map([...uri.params].filter(([name]) => name !== "method")) };
}
