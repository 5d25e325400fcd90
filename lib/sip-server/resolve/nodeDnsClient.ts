import { promises as dns } from "node:dns";
import type { Clock } from "../Clock.ts";
import type { DnsAnswer, DnsClient } from "./DnsClient.ts";
import { LookupLanes } from "./LookupLanes.ts";

/** How the name servers are asked. */
export interface DnsOptions {
    readonly clock: Clock;
    /** Name servers as `address` or `address:port`; those of the system if empty. A and AAAA always go by the system. */
    readonly servers: readonly string[];
    /** Timeout of one attempt, in ms. */
    readonly timeoutMs: number;
    /** Attempts. */
    readonly tries: number;
}

/** Looks up NAPTR and SRV through c-ares, and through the system's resolver (hosts file, mDNS, search list) for addresses. */
export function nodeDnsClient({ clock, servers, timeoutMs, tries }: DnsOptions): DnsClient {
    const resolver = new dns.Resolver({ timeout: timeoutMs, tries });
    if (servers.length > 0) resolver.setServers(servers);
    // c-ares doubles its timeout with each attempt; the resolver of the system takes no limit from us.
    const timeout = timeoutMs * 2 ** tries;
    const lanes = new LookupLanes(systemLookup, clock, timeout);
    const ask = <Record>(question: Promise<Record[]>): Promise<DnsAnswer<Record>> => answerOf(clock, question, timeout);
    return {
        naptr: (name) => ask(resolver.resolveNaptr(name)),
        srv: (name) => ask(resolver.resolveSrv(name)),
        addresses: (name) => ask(lanes.addresses(name)),
    };
}

async function systemLookup(name: string): Promise<string[]> {
    const found = await dns.lookup(name, { all: true, order: "verbatim" });
    return found.map(({ address }) => address);
}

async function answerOf<Record>(clock: Clock, question: Promise<Record[]>, ms: number): Promise<DnsAnswer<Record>> {
    let cancelTimer = (): void => undefined;
    const tooLate = new Promise<DnsAnswer<Record>>((resolve) => {
        cancelTimer = clock.setTimer(ms, () => resolve({ kind: "failed", reason: "no answer in time" }));
    });
    const answer = question.then(
        (records): DnsAnswer<Record> => (records.length === 0 ? { kind: "none" } : { kind: "found", records }),
        (error: unknown): DnsAnswer<Record> => failureOf(error),
    );
    try {
        return await Promise.race([answer, tooLate]);
    } finally {
        cancelTimer();
    }
}

function failureOf(error: unknown): { kind: "none" } | { kind: "failed"; reason: string } {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // ENODATA: the name exists but not this record; ENOTFOUND: not even the name.
    if (code === "ENODATA" || code === "ENOTFOUND") return { kind: "none" };
    return { kind: "failed", reason: code === "" ? String(error) : code };
}
