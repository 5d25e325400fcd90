/** Where a phone can be reached, as it registered (RFC 3261, section 10). Plain data. */
export interface PhoneContact {
    /** The URI of its Contact. */
    readonly uri: string;
    readonly callId: string;
    readonly sequence: number;
    /** Wall time, in ms since the Unix epoch. */
    readonly expiresAt: number;
    /** The proxies between us and it, nearest first (RFC 3327): URIs. */
    readonly path: readonly string[];
    /** Where its REGISTER came from; `udp`, `tcp`, `tls`, `ws` or `wss`. */
    readonly source: { readonly protocol: string; readonly address: string; readonly port: number };
}

/** What is remembered of registered phones across restarts. Used by the registrar; implemented in store/. */
export interface ContactStore {
    /** Everything, by account. What has expired may be among it. */
    load(): Promise<ReadonlyMap<string, readonly PhoneContact[]>>;
    /** Replaces what was known of an account. */
    save(account: string, contacts: readonly PhoneContact[]): Promise<void>;
    /** Writes what is pending and closes. */
    close(): Promise<void>;
}
