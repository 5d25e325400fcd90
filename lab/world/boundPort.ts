import { readFileSync } from "node:fs";

const tables = { udp: "/proc/net/udp", tcp: "/proc/net/tcp" } as const;
const tcpListening = "0A";

/**
 * True once some process is bound to a port (TCP: listens on it), else undefined; for `LabProcess.ready`. The kernel's
 * own table is read, because probing by binding would take the port away from the process that is about to.
 */
export function portIsBound(transport: keyof typeof tables, port: number): true | undefined {
    const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    const sockets = readFileSync(tables[transport], "utf8").split("\n").slice(1);
    const bound = sockets.some((line) => {
        const [, local = "", , state = ""] = line.trim().split(/\s+/);
        return local.endsWith(wanted) && (transport === "udp" || state === tcpListening);
    });
    return bound ? true : undefined;
}
