/** The part of the registration file that this adapter needs. */
export interface Registration {
    readonly id: string;
    /** Where the homeserver reaches the bridge. */
    readonly url: string;
    /** Authenticates the bridge to the homeserver. */
    readonly asToken: string;
    /** Authenticates the homeserver to the bridge. */
    readonly hsToken: string;
    /** Localpart of the bot. */
    readonly senderLocalpart: string;
}
