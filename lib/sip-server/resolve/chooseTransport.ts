import { isIP } from "node:net";
import { parseHost } from "../sip/hostPort.ts";
import type { SipUri } from "../sip/SipUri.ts";
import { defaultPorts } from "../transport/defaultPorts.ts";
import type { Protocol } from "../transport/SipTransport.ts";
import type { NaptrRecord } from "./DnsClient.ts";

/** What the URI alone decides about the next hop (RFC 3263 4.1, 4.2). */
export type Route =
    /** Protocol and port are settled: addresses of `host` are all that is missing. */
    | { readonly kind: "direct"; readonly host: string; readonly protocol: Protocol; readonly port: number }
    /** The protocol is settled, the port is to be found by SRV. */
    | { readonly kind: "service"; readonly host: string; readonly protocol: "udp" | "tcp" | "tls" }
    /** Both are to be found out, by NAPTR and SRV. */
    | { readonly kind: "discover"; readonly host: string; readonly secure: boolean }
    | { readonly kind: "impossible"; readonly reason: string };

const naptrServices: ReadonlyMap<string, "udp" | "tcp" | "tls"> = new Map([
    ["SIP+D2U", "udp"],
    ["SIP+D2T", "tcp"],
    ["SIPS+D2T", "tls"],
]);

/** Decides as far as the URI allows. `hasFixedAddress` returns whether a host needs no DNS because it is in the hosts map. */
export function chooseRoute(uri: SipUri, hasFixedAddress: (host: string) => boolean): Route {
    const maddr = uri.params.get("maddr") ?? undefined;
    const host = maddr === undefined ? uri.host : parseHost(maddr);
    if (host === undefined) return { kind: "impossible", reason: "maddr is not a host" };
    const secure = uri.scheme === "sips";
    const named = uri.params.get("transport")?.toLowerCase();
    const protocol = named === undefined ? undefined : protocolNamed(named, secure);
    if (named !== undefined && protocol === undefined) {
        return { kind: "impossible", reason: `no transport ${named} for ${uri.scheme}` };
    }
    const needsNoService = uri.port !== undefined || isIP(host) !== 0 || hasFixedAddress(host);
    if (needsNoService || protocol === "ws" || protocol === "wss") {
        const settled = protocol ?? (secure ? "tls" : "udp");
        return { kind: "direct", host, protocol: settled, port: uri.port ?? defaultPorts[settled] };
    }
    return protocol === undefined ? { kind: "discover", host, secure } : { kind: "service", host, protocol };
}

/** The name whose SRV records lead to servers of that protocol. */
export function serviceName(protocol: "udp" | "tcp" | "tls", host: string): string {
    return protocol === "tls" ? `_sips._tcp.${host}` : `_sip._${protocol}.${host}`;
}

/** The SRV names NAPTR records lead to, best first, of protocols that we speak and that are safe enough. */
export function servicesOf(
    records: readonly NaptrRecord[],
    usable: (protocol: Protocol) => boolean,
): { readonly protocol: "udp" | "tcp" | "tls"; readonly service: string }[] {
    return [...records]
        .sort((a, b) => a.order - b.order || a.preference - b.preference)
        .flatMap(({ flags, service, replacement }) => {
            const protocol = naptrServices.get(service.toUpperCase());
            if (protocol === undefined || flags.toLowerCase() !== "s" || !usable(protocol)) return [];
            return [{ protocol, service: replacement }];
        });
}

/** sips: turns tcp into tls and ws into wss, and rules udp out (RFC 3261 26.2.2). */
function protocolNamed(name: string, secure: boolean): Protocol | undefined {
    switch (name) {
        case "udp":
            return secure ? undefined : "udp";
        case "tcp":
            return secure ? "tls" : "tcp";
        case "ws":
            return secure ? "wss" : "ws";
        case "tls":
        case "wss":
            return name;
        default:
            return undefined;
    }
}
