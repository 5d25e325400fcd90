import { canonicalHost } from "../../numbering/SipAddress.ts";

const THIS_MACHINE: ReadonlySet<string> = new Set(["localhost", "[::1]", "0.0.0.0", "[::]"]);

/** The host names and addresses by which others name the bridge, in any spelling. */
export class OwnHosts {
    readonly #hosts: ReadonlySet<string>;

    /** @param hosts as configured; IPv6 in brackets, without ports */
    constructor(hosts: Iterable<string>) {
        this.#hosts = new Set([...hosts].map((host) => canonicalHost(host) ?? inAscii(host)));
    }

    /** @param host in canonical form, as in a SipAddress or SipUri. Addresses that mean this machine are always the bridge's. */
    has(host: string): boolean {
        return this.#hosts.has(host) || THIS_MACHINE.has(host) || host.startsWith("127.");
    }
}

/** A name in other letters as SIP writes it (RFC 5890). */
function inAscii(host: string): string {
    return URL.parse(`http://${host}/`)?.hostname ?? host.toLowerCase();
}
