export interface SrvRecord {
    readonly name: string;
    readonly port: number;
    readonly priority: number;
    readonly weight: number;
}

export interface NaptrRecord {
    readonly order: number;
    readonly preference: number;
    readonly flags: string;
    readonly service: string;
    readonly replacement: string;
}

/** What the name server said. `none`: there is no such record; `failed`: it could not be found out. */
export type DnsAnswer<Record> =
    | { readonly kind: "found"; readonly records: readonly Record[] }
    | { readonly kind: "none" }
    | { readonly kind: "failed"; readonly reason: string };

/** The queries of a resolver. Never rejects; every query is answered within a limited time. */
export interface DnsClient {
    naptr(name: string): Promise<DnsAnswer<NaptrRecord>>;
    srv(name: string): Promise<DnsAnswer<SrvRecord>>;
    /** IPv4 and IPv6 addresses, in the order to prefer. */
    addresses(name: string): Promise<DnsAnswer<string>>;
}
