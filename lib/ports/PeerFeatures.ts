/** What the messages of a peer can contain in addition to plain text, and whether they can come over TCP. */
export type MessageFeature = "cpim" | "imdn" | "composing" | "rcsFile" | "tcp";

export const MESSAGE_FEATURES = [
    "cpim",
    "imdn",
    "composing",
    "rcsFile",
    "tcp",
] as const satisfies readonly MessageFeature[];

/**
 * Remembers across restarts what each peer, trunk and account has shown that it understands. A feature is used towards
 * a peer only after the peer has used it, and no more after the peer has rejected it. Synchronous.
 */
export interface PeerFeatures {
    /** Whether a feature can be used towards the peer. `peer`: see `peerKey`. */
    has(peer: string, feature: MessageFeature): boolean;
    /** The peer has used a feature, or has rejected a request that used it. */
    note(peer: string, feature: MessageFeature, seen: "used" | "rejected"): void;
}

/** Names a peer, trunk or account for `PeerFeatures`. */
export function peerKey({
    kind,
    name,
}: {
    readonly kind: "peer" | "trunk" | "account";
    readonly name: string;
}): string {
    return `${kind} ${name}`;
}
