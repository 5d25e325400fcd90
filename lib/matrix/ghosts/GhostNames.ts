import { ghostLocalpartOf, partyOfLocalpart } from "../../numbering/ghostLocalpart.ts";
import { localpartOf, serverOf, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";

/** Bytes, sigil and server name included (Matrix appendices, "User Identifiers"); a ghost's are all ASCII. */
const LONGEST_USER_ID = 255;

/** Tells the bridge's own Matrix users from everybody else's. Pure. */
export class GhostNames {
    readonly serverName: string;
    readonly botUserId: MatrixUserId;
    readonly #prefix: string;

    constructor(serverName: string, ghostPrefix: string, botLocalpart: string) {
        this.serverName = serverName;
        this.#prefix = ghostPrefix;
        this.botUserId = `@${botLocalpart}:${serverName}` as MatrixUserId;
    }

    ghostOf(party: RemoteParty): MatrixUserId {
        return `@${ghostLocalpartOf(party, this.#prefix)}:${this.serverName}` as MatrixUserId;
    }

    /** The party itself, or nobody in particular where its ghost's id would be longer than a Matrix user id may be. */
    representable(party: RemoteParty): RemoteParty {
        return this.ghostOf(party).length <= LONGEST_USER_ID ? party : { kind: "anonymous" };
    }

    /** Whom a ghost stands for; undefined for every other user. */
    partyOf(user: MatrixUserId): RemoteParty | undefined {
        return this.isLocal(user) ? partyOfLocalpart(localpartOf(user), this.#prefix) : undefined;
    }

    /** Whether a user is the bot or in the ghosts' namespace, be it a ghost we would make or not. */
    isOurs(user: MatrixUserId): boolean {
        return user === this.botUserId || (this.isLocal(user) && localpartOf(user).startsWith(this.#prefix));
    }

    isLocal(user: MatrixUserId): boolean {
        return serverOf(user) === this.serverName;
    }
}
