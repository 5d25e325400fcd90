import { lookup } from "node:dns";
import { get } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Addresses that are not on the public internet: RFC 6890 and multicast. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["224.0.0.0", 3],
] as const) {
    PRIVATE.addSubnet(network, bits);
}
for (const [network, bits] of [
    ["::", 127],
    ["64:ff9b::", 96],
    ["fc00::", 7],
    ["fe80::", 10],
    ["ff00::", 8],
] as const) {
    PRIVATE.addSubnet(network, bits, "ipv6");
}

const TIMEOUT_MS = 30_000;

/** Whether an IP address is not on the public internet. IPv4-mapped IPv6 addresses count as what they map. */
export function isPrivateAddress(address: string): boolean {
    return PRIVATE.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/**
 * Resolves a name to public addresses only: a name that an attacker controls can lead to a server of the operator's own
 * network (DNS rebinding). The connection is made to the address that was checked.
 */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
        const permitted = error === null ? addresses.filter(({ address }) => !isPrivateAddress(address)) : [];
        const [first] = permitted;
        if (error !== null) callback(error, "");
        else if (first === undefined) callback(new Error(`${hostname} has no public address`), "");
        else if (options.all === true) callback(null, permitted);
        else callback(null, first.address, first.family);
    });
};

/**
 * Fetches a file over HTTPS from a public address. Undefined if the server does not return it, redirects, or returns more than
 * `maxBytes`, whatever its headers say. Rejects if the server cannot be reached. An IP address in the URL is used as it is:
 * the caller permits hosts.
 */
export function fetchFile(url: URL, maxBytes: number): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const request = get(url, { lookup: lookupPublic, signal, agent: false }, (response) => {
            const chunks: Uint8Array[] = [];
            let bytes = 0;
            const giveUp = (): void => {
                response.destroy();
                resolve(undefined);
            };
            // a redirect could lead to a host that is not allowed
            if (response.statusCode !== 200) {
                giveUp();
                return;
            }
            response.on("data", (chunk: Buffer) => {
                bytes += chunk.length;
                if (bytes > maxBytes) giveUp();
                else chunks.push(chunk);
            });
            response.on("end", () => resolve(Buffer.concat(chunks)));
            response.on("error", reject);
        });
        request.on("error", reject);
    });
}
