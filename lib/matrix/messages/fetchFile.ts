import { lookup } from "node:dns";
import { get } from "node:https";
import type { LookupFunction } from "node:net";
import { isPublic } from "../../config/ipAddresses.ts";

const TIMEOUT_MS = 30_000;

/**
 * Resolves a name to public addresses only: a name that an attacker controls can lead to a server of the operator's own
 * network (DNS rebinding). The connection is made to the address that was checked.
 */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
        const permitted = error === null ? addresses.filter(({ address }) => isPublic(address)) : [];
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
