import { isIP } from "node:net";

/** Addresses by name in lower case, each in the order of the file. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/** Reads the form of /etc/hosts: an address and its names on each line, `#` starts a comment. Lines without a valid address are skipped. */
export function parseHostsFile(text: string): Hosts {
    const hosts = new Map<string, string[]>();
    for (const line of text.split("\n")) {
        const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
        if (address === undefined || isIP(address) === 0) continue;
        for (const name of names) {
            const addresses = hosts.get(name.toLowerCase());
            if (addresses === undefined) hosts.set(name.toLowerCase(), [address]);
            else addresses.push(address);
        }
    }
    return hosts;
}
