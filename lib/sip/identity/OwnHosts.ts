import { canonicalHost } from "../../numbering/SipAddress.ts";

/** The host names and addresses by which others name the bridge, in any spelling. */
export class OwnHosts {
    readonly #hosts: ReadonlySet<string>;

    /** @param hosts as configured; IPv6 in brackets, without ports */
    constructor(hosts: Iterable<string>) {
        this.#hosts = new Set([...hosts].map((host) => canonicalHost(host) ?? host.toLowerCase()));
    }

    /** @param host in canonical form, as in a SipAddress or SipUri. A loopback address is always the bridge's. */
    has(host: string): boolean {
        return this.#hosts.has(host) || host === "[::1]" || host.startsWith("127.") || host === "localhost";
    }
}
