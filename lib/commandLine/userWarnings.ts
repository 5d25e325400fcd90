import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config/Config.generated.ts";
import { usedPorts } from "../config/checkPorts.ts";
import { formatPath } from "../config/configPath.ts";

/** CAP_NET_BIND_SERVICE (capabilities(7)). */
const BIND_SERVICE = 1n << 10n;

/** What the user who runs this program could not do with a configuration that is right. */
export function userWarnings(config: Config): readonly string[] {
    return [...storeWarnings(config.store.path), ...portWarnings(config, firstFreePort())];
}

function storeWarnings(path: string): readonly string[] {
    const existing = nearestExisting(path);
    if (!statSync(existing).isDirectory()) return [`store.path: ${existing} is not a directory; name another path`];
    try {
        accessSync(existing, constants.W_OK | constants.X_OK);
        return [];
    } catch {
        return [
            `store.path: this user cannot write to ${existing}; run this command as the user of the bridge, or correct the owner`,
        ];
    }
}

function nearestExisting(path: string): string {
    return existsSync(path) || path === dirname(path) ? path : nearestExisting(dirname(path));
}

/** @param firstFree the lowest port that the user can listen on */
export function portWarnings(config: Parameters<typeof usedPorts>[0], firstFree: number): readonly string[] {
    return usedPorts(config)
        .filter(({ port }) => port < firstFree)
        .map(({ path, port }) => {
            const what = `this user cannot listen on port ${port}, which needs root or the capability CAP_NET_BIND_SERVICE`;
            return `${formatPath(path)}: ${what}; use a port from ${firstFree}`;
        });
}

function firstFreePort(): number {
    if (capabilities() & BIND_SERVICE) return 0;
    try {
        return Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
    } catch {
        return 1024;
    }
}

function capabilities(): bigint {
    try {
        const status = readFileSync("/proc/self/status", "utf8");
        return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
    } catch {
        return 0n;
    }
}
