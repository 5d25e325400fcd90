import type { SrvRecord } from "./DnsClient.ts";

/**
 * The order to try SRV records in (RFC 2782): by priority, and within one at random by weight. `random` gives numbers
 * from 0 (inclusive) to 1 (exclusive). Records whose target is the root ("not available here") or whose port is 0 are left
 * out, and what comes after the first `limit`: a zone may hold thousands.
 */
export function orderServers(records: readonly SrvRecord[], random: () => number, limit: number): SrvRecord[] {
    const left = records
        .filter(({ name, port }) => name !== "" && name !== "." && port > 0)
        .sort((a, b) => a.priority - b.priority || a.weight - b.weight);
    const ordered: SrvRecord[] = [];
    while (left.length > 0 && ordered.length < limit) {
        const priority = left[0]?.priority;
        const group = left.filter((record) => record.priority === priority);
        const chosen = pick(group, random);
        if (chosen === undefined) break;
        ordered.push(chosen);
        left.splice(left.indexOf(chosen), 1);
    }
    return ordered;
}

/** Records of weight 0 stand first, and so have a small chance next to those with weight. */
function pick(group: readonly SrvRecord[], random: () => number): SrvRecord | undefined {
    const total = group.reduce((sum, { weight }) => sum + weight, 0);
    const threshold = Math.floor(random() * (total + 1));
    let sum = 0;
    for (const record of group) {
        sum += record.weight;
        if (sum >= threshold) return record;
    }
    return group.at(-1);
}
