import { parseMatrixUserId } from "../numbering/MatrixUserId.ts";
import type { NumberingContext } from "../numbering/PhoneNumber.ts";
import { parseRemoteParty, type RemoteParty } from "../numbering/RemoteParty.ts";
import type { Log } from "../ports/Log.ts";
import type { GhostNames } from "./GhostNames.ts";
import type { GhostProfiles } from "./GhostProfiles.ts";

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
    readonly numbering: NumberingContext;
    readonly log: Log;
}

/** Answers the dial pad: which user a number is, and which number a user is. */
export class ThirdPartyLookup {
    readonly #parts: ThirdPartyLookupParts;

    constructor(parts: ThirdPartyLookupParts) {
        this.#parts = parts;
    }

    /**
     * The ghost of a number as it was typed, registered and named, so that the client can invite it. Nothing for
     * what cannot be dialled. `fields` come from the query of a client's request, unchecked.
     */
    async findUser(protocol: string, fields: Readonly<Record<string, unknown>>): Promise<ThirdPartyUser[]> {
        const given = fields[NUMBER_FIELD];
        const typed: unknown = Array.isArray(given) ? given[0] : given;
        const party = typeof typed === "string" ? parseRemoteParty(typed, this.#parts.numbering) : undefined;
        if (party === undefined) return [];
        try {
            await this.#parts.profiles.ensure(party);
        } catch (reason) {
            // the homeserver asks again for the user when the client invites it
            this.#parts.log.warn("ghost not made for a look-up", { error: reason });
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
