import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { PhoneTarget } from "./CallTarget.ts";

/** Where an outbound message goes. */
export type MessageRoute =
    /** To the phones that are registered for an account; none of them may be registered now. */
    | { readonly kind: "phones"; readonly phones: readonly PhoneTarget[] }
    /** Through trunks or SMS services, by name, the preferred one first. */
    | { readonly kind: "networks"; readonly names: readonly [string, ...string[]] }
    /** No rule of `messaging.allow` permits it. */
    | { readonly kind: "forbidden" }
    /** It is permitted, but no trunk or service serves the number or address. */
    | { readonly kind: "noRoute" };

/** Decides who can write to whom, and through which network. Implemented in delivery/. */
export interface MessageRouting {
    routeOf(user: MatrixUserId, party: RemoteParty): MessageRoute;
}
