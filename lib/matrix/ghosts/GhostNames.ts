import { ghostLocalpartOf, partyOfLocalpart } from "../../numbering/ghostLocalpart.ts";
import { localpartOf, serverOf, userIdOf, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";

/** In bytes, including sigil and server name (Matrix appendices, "User Identifiers"); ghost IDs are ASCII. */
const LONGEST_USER_ID = 255;

/** Maps parties to ghosts and back, and tells the bridge's users from others. Pure. */
export class GhostNames {
    readonly serverName: string;
    readonly botUserId: MatrixUserId;
    readonly #prefix: string;

    constructor(serverName: string, ghostPrefix: string, botLocalpart: string) {
        this.serverName = serverName;
        this.#prefix = ghostPrefix;
        this.botUserId = userIdOf(botLocalpart, serverName);
    }

    ghostOf(party: RemoteParty): MatrixUserId {
        return userIdOf(ghostLocalpartOf(party, this.#prefix), this.serverName);
    }

    /** The party itself, or the anonymous party if its ghost's user ID would be too long. */
    representable(party: RemoteParty): RemoteParty {
        return this.ghostOf(party).length <= LONGEST_USER_ID ? party : { kind: "anonymous" };
    }

    /** The party that a ghost represents; undefined for every other user. */
    partyOf(user: MatrixUserId): RemoteParty | undefined {
        return this.isLocal(user) ? partyOfLocalpart(localpartOf(user), this.#prefix) : undefined;
    }

    /** Whether a user is the bot or in the namespace of the ghosts, even if the localpart represents no party. */
    isOurs(user: MatrixUserId): boolean {
        return user === this.botUserId || (this.isLocal(user) && localpartOf(user).startsWith(this.#prefix));
    }

    isLocal(user: MatrixUserId): boolean {
        return serverOf(user) === this.serverName;
    }
}
