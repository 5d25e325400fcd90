/** What the homeserver and the bridge know each other by: the part of the registration file that this adapter needs. */
export interface Registration {
    readonly id: string;
    /** Where the homeserver reaches us. */
    readonly url: string;
    /** Proves us to the homeserver. */
    readonly asToken: string;
    /** Proves the homeserver to us. */
    readonly hsToken: string;
    /** Of the bridge's bot. */
    readonly senderLocalpart: string;
}
