import { InboundRoutes, type InboundRouteRules } from "./InboundRoutes.ts";
import { parseMatrixUserId, type MatrixUserId } from "./MatrixUserId.ts";
import type { RemoteParty } from "./RemoteParty.ts";
import { hostOf, userOf, type SipAddress } from "./SipAddress.ts";

/** What the configuration says about the users that inbound calls reach. */
export interface InboundRoutingRules {
    readonly routes: InboundRouteRules;
    /** Homeservers, by server name, whose users may be called as `sip:user@domain`. */
    readonly domains: readonly string[];
    /** Users that calls reach which nothing else routes, by the name of the peer or trunk that sends them. */
    readonly defaultUsers: ReadonlyMap<string, MatrixUserId>;
}

/** The Matrix user that an inbound call reaches, and what in the configuration says so. */
export interface InboundDecision {
    readonly user: MatrixUserId;
    readonly by:
        /** An entry of `numbers.map`. */
        | { readonly kind: "entry"; readonly entry: string }
        /** The address is that of the user: `sip:user@homeserver`. */
        | { readonly kind: "address"; readonly address: SipAddress }
        /** `defaultUser` of a peer or trunk. */
        | { readonly kind: "default"; readonly peer: string };
}

/** A full number or feature code at the host of a homeserver; it is no localpart. */
const DIALLED = /^[0-9]*[+*#][0-9*#]*$/;

/**
 * Finds the Matrix user that an inbound call reaches. The SIP gateway uses it for every INVITE, and `check-config --route`
 * to print the decision. Pure.
 */
export class InboundRouting {
    readonly #routes: InboundRoutes;
    /** Server names by host: a SIP address has no port, the name of a Matrix server may have one. */
    readonly #serverByHost: ReadonlyMap<string, string>;
    readonly #defaultUsers: ReadonlyMap<string, MatrixUserId>;

    constructor({ routes, domains, defaultUsers }: InboundRoutingRules) {
        this.#routes = new InboundRoutes(routes);
        this.#serverByHost = new Map(domains.map((domain) => [withoutPort(domain), domain]));
        this.#defaultUsers = defaultUsers;
    }

    /**
     * Routes an inbound call: by the entries for its numbers and account names, then to the user whose address was called,
     * then to the default user of the sender.
     * @param callees what the Request-URI may mean, most likely first
     * @param from the name of the peer or trunk that sent the call
     */
    route(callees: readonly RemoteParty[], from?: string): InboundDecision | undefined {
        for (const callee of callees) {
            const decision = this.#byName(callee) ?? this.decide(callee);
            if (decision !== undefined) return decision;
        }
        const user = from === undefined ? undefined : this.#defaultUsers.get(from);
        return user === undefined || from === undefined ? undefined : { user, by: { kind: "default", peer: from } };
    }

    /** Routes a call to one party without regard to account names, which only peers and trunks call. */
    decide(callee: RemoteParty): InboundDecision | undefined {
        switch (callee.kind) {
            case "number": {
                const route = this.#routes.toNumber(callee.number);
                return route && { user: route.user, by: { kind: "entry", entry: route.entry } };
            }
            case "address": {
                const user = this.#userAt(callee.address);
                return user && { user, by: { kind: "address", address: callee.address } };
            }
            case "anonymous":
                return undefined;
        }
    }

    #byName(callee: RemoteParty): InboundDecision | undefined {
        const route = callee.kind === "address" ? this.#routes.toName(userOf(callee.address)) : undefined;
        return route && { user: route.user, by: { kind: "entry", entry: route.entry } };
    }

    /** `sip:Alice@matrix.example` is `@alice:matrix.example`: localparts are lower case, but phones are not careful. */
    #userAt(address: SipAddress): MatrixUserId | undefined {
        const server = this.#serverByHost.get(hostOf(address));
        const localpart = server === undefined ? undefined : unescapeUser(userOf(address));
        return localpart === undefined || DIALLED.test(localpart)
            ? undefined
            : parseMatrixUserId(`@${localpart.toLowerCase()}:${server}`);
    }
}

function withoutPort(serverName: string): string {
    return serverName.replace(/:[0-9]+$/, "").toLowerCase();
}

/** Undefined for escapes that are not UTF-8. */
function unescapeUser(user: string): string | undefined {
    try {
        return decodeURIComponent(user);
    } catch {
        return undefined;
    }
}
