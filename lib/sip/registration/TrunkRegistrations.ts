import { escapeUser, parseNameAddress, parseUri } from "../sipHeaders.ts";
import type { IncomingRequest } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { atEachAddress } from "../trunk/atEachAddress.ts";
import { type RegistrationParts, TrunkRegistration } from "./TrunkRegistration.ts";

/** A request that was addressed to the contact of one of the bridge's registrations. */
export interface RegisteredCall {
    readonly trunk: SipTrunk;
    /** Whom the caller dialled: the Request-URI names only our contact. */
    readonly uri: string;
}

/** The registrations of all trunks that have one. */
export class TrunkRegistrations {
    readonly #registrations: readonly TrunkRegistration[];
    /** Those of trunks whose hosts belong to no other trunk: the address of a request shows which trunk it came from. */
    readonly #alone: readonly TrunkRegistration[];

    constructor(trunks: readonly SipTrunk[], parts: RegistrationParts) {
        this.#registrations = trunks.flatMap((trunk) => {
            const { register } = trunk;
            return register === undefined ? [] : [new TrunkRegistration({ ...trunk, register }, parts)];
        });
        const hosts = trunks.map((trunk) => ({ name: trunk.name, hosts: hostsOf(trunk) }));
        this.#alone = this.#registrations.filter(({ trunk }) =>
            hosts.every(
                (other) => other.name === trunk.name || !hostsOf(trunk).some((host) => other.hosts.includes(host)),
            ),
        );
    }

    serverUp(): void {
        for (const registration of this.#registrations) registration.serverUp();
    }

    serverLost(): void {
        for (const registration of this.#registrations) registration.serverLost();
    }

    /** This address, as `atEachAddress` gives it, was found dead. */
    addressDied(address: SipTrunk): void {
        for (const registration of this.#registrations) {
            if (registration.trunk.name === address.name) registration.addressDied(address);
        }
    }

    /** The connection by which the registration with that Call-ID was made is closed. */
    connectionLost(callId: string): void {
        for (const registration of this.#registrations) registration.connectionLost(callId);
    }

    /** Registers at a trunk again now; false if the bridge does not register there. */
    register(trunk: string): boolean {
        const found = this.#registrations.filter((registration) => registration.trunk.name === trunk);
        for (const registration of found) {
            registration.serverLost();
            registration.serverUp();
        }
        return found.length > 0;
    }

    /** Removes all registrations; resolves when that is done or `withinMs` have passed. */
    async stop(withinMs: number): Promise<void> {
        await Promise.all(this.#registrations.map((registration) => registration.stop(withinMs)));
    }

    /**
     * The trunk by whose registration a request came, if any. Its Request-URI is our contact; the number dialled stands in
     * P-Called-Party-ID (RFC 7315, section 4.2) or, with most carriers, in To. A PBX that calls the account itself writes the
     * contact there too: the call is then for the account's name.
     */
    callOf(request: Pick<IncomingRequest, "uri" | "headers">): RegisteredCall | undefined {
        if (this.#registrations.length === 0) return undefined;
        const user = parseUri(request.uri)?.user;
        const registration = this.#registrations.find(({ contactUser }) => contactUser === user);
        if (registration === undefined) return undefined;
        const { trunk } = registration;
        const called = request.headers.get("p-called-party-id") ?? request.headers.get("to") ?? "";
        const uri = parseNameAddress(called)?.uri ?? request.uri;
        const isContact = parseUri(uri)?.user === registration.contactUser;
        return { trunk, uri: isContact ? (accountUri(trunk) ?? uri) : uri };
    }

    /**
     * The trunk that is registered at this source address. Undefined also if several trunks are: the address does not show
     * which of them calls.
     */
    trunkAt(address: string): SipTrunk | undefined {
        const [found, ...others] = this.#alone.filter((registration) => registration.isAt(address));
        return others.length === 0 ? found?.trunk : undefined;
    }
}

function accountUri({ scheme, domain, credentials }: SipTrunk): string | undefined {
    return credentials === undefined ? undefined : `${scheme}:${escapeUser(credentials.username)}@${domain}`;
}

function hostsOf(trunk: SipTrunk): readonly string[] {
    const reached = atEachAddress(trunk).map(({ nextHop, domain }) => parseUri(nextHop ?? `sip:${domain}`)?.host);
    return reached.filter((host) => host !== undefined).map((host) => host.toLowerCase());
}
