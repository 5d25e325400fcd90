import type { DialPlan } from "../../numbering/DialPlan.ts";
import { serverOf, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import { RateLimit } from "../RateLimit.ts";
import { RateLimits } from "../RateLimits.ts";
import type { GhostNames } from "./GhostNames.ts";

export interface GhostAdmissionParts {
    readonly names: GhostNames;
    readonly directory: Directory;
    readonly dialPlan: Pick<DialPlan, "whoMayDial" | "isDialable" | "hasRule">;
    readonly clock: Clock;
}

export type InvitationVerdict = "accept" | "accept_to_reject" | "not_allowed" | "too_many";

/** More than people invite by hand, fewer than would fill the homeserver's user table. */
const INVITATIONS_PER_USER = { times: 20, everyMs: 60_000 };
const INVITATIONS_PER_SERVER = { times: 60, everyMs: 60_000 };
/**
 * A ghost whose number the user may not dial joins only to reject the call with a notice. Granted to local users and to
 * users with a rule, and rarely.
 */
const REJECTIONS_PER_USER = { times: 5, everyMs: 10 * 60_000 };
/** New ghosts for requests that do not name their user: lookups and user queries. */
const ANONYMOUS_GHOSTS = { times: 60, everyMs: 60_000 };

/**
 * Decides which ghosts are created and which invitations they accept. Everybody in the federation can invite ghosts, and
 * each one is a user on our homeserver. Ghosts exist for callers, and for numbers that the inviting user may dial.
 */
export class GhostAdmission {
    readonly #parts: GhostAdmissionParts;
    readonly #perUser: RateLimits;
    readonly #rejections: RateLimits;
    readonly #perServer: RateLimits;
    readonly #anonymous: RateLimit;

    constructor(parts: GhostAdmissionParts) {
        this.#parts = parts;
        this.#perUser = new RateLimits(parts.clock, INVITATIONS_PER_USER);
        this.#rejections = new RateLimits(parts.clock, REJECTIONS_PER_USER);
        this.#perServer = new RateLimits(parts.clock, INVITATIONS_PER_SERVER);
        this.#anonymous = new RateLimit(parts.clock, ANONYMOUS_GHOSTS);
    }

    /** Decides whether a ghost accepts the invitation of a user. `accept_to_reject`: the ghost will reject the call. */
    async admitInvitation(inviter: MatrixUserId, ghost: MatrixUserId, party: RemoteParty): Promise<InvitationVerdict> {
        const { dialPlan, directory, names } = this.#parts;
        const isWithinLimits = (): boolean =>
            this.#perUser.tryAcquire(inviter) && this.#perServer.tryAcquire(serverOf(inviter));
        const mayDial = dialPlan.whoMayDial(inviter, party).kind !== "forbidden";
        // the second: this party has called the user before
        if (mayDial || (await directory.roomBetween(inviter, ghost)) !== undefined) {
            return isWithinLimits() ? "accept" : "too_many";
        }
        if (!names.isLocal(inviter) && !dialPlan.hasRule(inviter)) return "not_allowed";
        return this.#rejections.tryAcquire(inviter) && isWithinLimits() ? "accept_to_reject" : "not_allowed";
    }

    /** Whether to create the ghost of a party for a request that does not name its user. True for a known ghost. */
    async admitUnnamedRequest(party: RemoteParty): Promise<boolean> {
        const { names, directory, dialPlan } = this.#parts;
        if ((await directory.ghost(names.ghostOf(party))) !== undefined) return true;
        return dialPlan.isDialable(party) && this.#anonymous.tryAcquire();
    }
}
