import { readFileSync } from "node:fs";

const tables = { udp: "/proc/net/udp", tcp: "/proc/net/tcp" } as const;
const tcpListening = "0A";

/**
 * True once some process is bound to a port (TCP: listens on it), on the IPv4 `address` if one is given, else undefined;
 * for `LabProcess.ready`. The kernel's
 * own table is read, because probing by binding would take the port away from the process that is about to.
 */
export function portIsBound(transport: keyof typeof tables, port: number, address?: string): true | undefined {
    const wanted = `${address === undefined ? "" : kernelHex(address)}:${hex(port, 4)}`;
    const sockets = readFileSync(tables[transport], "utf8").split("\n").slice(1);
    const bound = sockets.some((line) => {
        const [, local = "", , state = ""] = line.trim().split(/\s+/);
        return local.endsWith(wanted) && (transport === "udp" || state === tcpListening);
    });
    return bound ? true : undefined;
}

/** The kernel prints the four bytes of an address as the number they are to a little-endian machine. */
function kernelHex(address: string): string {
    return address
        .split(".")
        .toReversed()
        .map((byte) => hex(Number(byte), 2))
        .join("");
}

function hex(value: number, digits: number): string {
    return value.toString(16).toUpperCase().padStart(digits, "0");
}
