import { networkInterfaces } from "node:os";

/** Whether a host, as the configuration names it, is this one: `localhost`, a loopback address, or an address of an interface. */
export function isOnThisHost(host: string): boolean {
    if (host === "localhost" || host === "::1" || host.startsWith("127.")) return true;
    return Object.values(networkInterfaces()).some((addresses) =>
        addresses?.some(({ address }) => address.toLowerCase() === host.toLowerCase()),
    );
}
