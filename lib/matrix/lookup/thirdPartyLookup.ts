import type { DialPlan } from "../../numbering/DialPlan.ts";
import { parseMatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { NumberingContext } from "../../numbering/PhoneNumber.ts";
import { parseRemoteParty, type RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import { RateLimit } from "../RateLimit.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { GhostProfiles } from "../ghosts/GhostProfiles.ts";

/** Element Web looks for the first, its mobile clients for the second (MSC2845). */
export const PSTN_PROTOCOLS = ["m.protocol.pstn", "im.vector.protocol.pstn"] as const;
const NUMBER_FIELD = "m.id.phone";

/** One result of a look-up; Synapse drops those that lack a part. */
export interface ThirdPartyUser {
    readonly userid: string;
    readonly protocol: string;
    readonly fields: Readonly<Record<string, string>>;
}

/** What the homeserver is told of our protocols: their presence makes clients show a dial pad. */
export const PSTN_PROTOCOL_DESCRIPTION = {
    user_fields: [NUMBER_FIELD],
    location_fields: [],
    icon: "",
    field_types: { [NUMBER_FIELD]: { regexp: "[+0-9*#]+", placeholder: "+442071838750" } },
    // Synapse drops the protocol without this list
    instances: [],
};

export interface ThirdPartyLookupParts {
    readonly names: GhostNames;
    readonly profiles: GhostProfiles;
    readonly directory: Directory;
    readonly dialPlan: Pick<DialPlan, "isDialable">;
    readonly clock: Clock;
    readonly numbering: NumberingContext;
    readonly log: Log;
}

/**
 * New ghosts that look-ups may make in a minute: far more than people dial new numbers, far fewer than would fill a
 * homeserver. Whose client asks the homeserver does not tell (Application Service API, "Third-party networks"), so the
 * limit is one for all.
 */
const NEW_GHOSTS_PER_MINUTE = 60;

/** Answers the dial pad: which user a number is, and which number a user is. */
export class ThirdPartyLookup {
    readonly #parts: ThirdPartyLookupParts;
    readonly #newGhosts: RateLimit;

    constructor(parts: ThirdPartyLookupParts) {
        this.#parts = parts;
        this.#newGhosts = new RateLimit(parts.clock, { times: NEW_GHOSTS_PER_MINUTE, everyMs: 60_000 });
    }

    /**
     * The ghost of a number as it was typed, registered and named, so that the client can invite it. Nothing for
     * what cannot be dialled. The ghost of a number nobody may dial is told but not made, and so is one above the
     * limit: the homeserver asks for it once it is really invited. `fields` come from the query of a client's
     * request, unchecked.
     */
    async findUser(protocol: string, fields: Readonly<Record<string, unknown>>): Promise<ThirdPartyUser[]> {
        const given = fields[NUMBER_FIELD];
        const typed: unknown = Array.isArray(given) ? given[0] : given;
        const party = typeof typed === "string" ? parseRemoteParty(typed, this.#parts.numbering) : undefined;
        if (party === undefined || this.#parts.names.representable(party).kind === "anonymous") return [];
        try {
            if (await this.#mayMake(party)) await this.#parts.profiles.ensure(party);
        } catch (reason) {
            // the homeserver asks again for the user when the client invites it
            this.#parts.log.warn("ghost not created for third-party lookup", { error: reason });
        }
        return this.#userOf(party, protocol);
    }

    /** What a user id stands for, in the words of both protocols; nothing for users who are no ghosts. */
    describeUser(userId: string): ThirdPartyUser[] {
        const user = parseMatrixUserId(userId);
        const party = user === undefined ? undefined : this.#parts.names.partyOf(user);
        if (party === undefined) return [];
        return PSTN_PROTOCOLS.flatMap((protocol) => this.#userOf(party, protocol));
    }

    async #mayMake(party: RemoteParty): Promise<boolean> {
        const { names, directory, dialPlan } = this.#parts;
        if (!dialPlan.isDialable(party)) return false;
        return (await directory.ghost(names.ghostOf(party))) !== undefined || this.#newGhosts.tryAcquire();
    }

    #userOf(party: RemoteParty, protocol: string): ThirdPartyUser[] {
        const typed = dialled(party);
        if (typed === undefined) return [];
        return [{ userid: this.#parts.names.ghostOf(party), protocol, fields: { [NUMBER_FIELD]: typed } }];
    }
}

function dialled(party: RemoteParty): string | undefined {
    switch (party.kind) {
        case "number":
            return party.number;
        case "address":
            return party.address;
        case "anonymous":
            return undefined;
    }
}
