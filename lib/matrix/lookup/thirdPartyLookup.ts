import { parseMatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { NumberingContext } from "../../numbering/PhoneNumber.ts";
import { partyText } from "../../numbering/partyText.ts";
import { parseRemoteParty, type RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { RateLimit } from "../RateLimit.ts";
import type { GhostAdmission } from "../ghosts/GhostAdmission.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { GhostProfiles } from "../ghosts/GhostProfiles.ts";

/** Element Web uses the first, its mobile clients use the second (MSC2845). */
export const PSTN_PROTOCOLS = ["m.protocol.pstn", "im.vector.protocol.pstn"] as const;
const NUMBER_FIELD = "m.id.phone";

/** One result of a lookup. Synapse drops results with a missing field. */
export interface ThirdPartyUser {
    readonly userid: string;
    readonly protocol: string;
    readonly fields: Readonly<Record<string, string>>;
}

/** The description of both protocols for the homeserver. Clients show a dial pad if they exist. */
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
    readonly admission: GhostAdmission;
    readonly numbering: NumberingContext;
    readonly clock: Clock;
    readonly log: Log;
}

/** Lookups come at the pace of the users' clients. */
const LOG_LINES = { times: 10, everyMs: 60_000 };

/** Answers the dial pad: the user of a number, and the number of a user. */
export class ThirdPartyLookup {
    readonly #parts: ThirdPartyLookupParts;
    readonly #lines: RateLimit;

    constructor(parts: ThirdPartyLookupParts) {
        this.#parts = parts;
        this.#lines = new RateLimit(parts.clock, LOG_LINES);
    }

    /**
     * Returns the ghost of a typed number, registered and named, so that the client can invite it. Returns no user for
     * text that is not a number or address. The ghost of a number that no rule allows, or above the rate limit, is
     * returned but not created: the homeserver requests it once it is invited. `fields` come from a client's request and
     * are not validated.
     */
    async findUser(protocol: string, fields: Readonly<Record<string, unknown>>): Promise<ThirdPartyUser[]> {
        const given = fields[NUMBER_FIELD];
        const typed: unknown = Array.isArray(given) ? given[0] : given;
        const party = typeof typed === "string" ? parseRemoteParty(typed, this.#parts.numbering) : undefined;
        if (party === undefined || this.#parts.names.representable(party).kind === "anonymous") return [];
        try {
            if (await this.#parts.admission.admitUnnamedRequest(party)) await this.#parts.profiles.ensure(party);
            else this.#logWithout(party);
        } catch (reason) {
            // the homeserver requests the user again when the client invites it
            this.#parts.log.warn("ghost not created for third-party lookup", { error: reason });
        }
        return this.#userOf(party, protocol);
    }

    /** Returns the number of a ghost, for both protocols, and nothing for other users. */
    describeUser(userId: string): ThirdPartyUser[] {
        const user = parseMatrixUserId(userId);
        const party = user === undefined ? undefined : this.#parts.names.partyOf(user);
        if (party === undefined) return [];
        return PSTN_PROTOCOLS.flatMap((protocol) => this.#userOf(party, protocol));
    }

    /** Its invitation and its call are logged with the user; a lookup does not name one. */
    #logWithout(party: RemoteParty): void {
        if (!this.#lines.tryAcquire()) return;
        this.#parts.log.info("ghost not created for third-party lookup", {
            number: partyText(party, "short"),
            hint: "no rule in dialling.allow permits this number, or there are too many new numbers",
        });
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
