import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { displayTextOf, type RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { GhostNames } from "./GhostNames.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import { SingleFlight } from "../SingleFlight.ts";

/** Creates the ghosts of parties and keeps their display names current. Sends requests only for changes. */
export class GhostProfiles {
    readonly #names: GhostNames;
    readonly #homeserver: Homeserver;
    readonly #directory: Directory;
    readonly #log: Log;
    readonly #flights = new SingleFlight<MatrixUserId>();

    constructor(names: GhostNames, homeserver: Homeserver, directory: Directory, log: Log) {
        this.#names = names;
        this.#homeserver = homeserver;
        this.#directory = directory;
        this.#log = log;
    }

    /**
     * Returns the party's ghost, registered and named. A party without a display name keeps the name it had.
     * @throws HomeserverError if it cannot be registered. A name that cannot be set is logged only.
     */
    async ensure(party: RemoteParty): Promise<MatrixUserId> {
        const ghost = this.#names.ghostOf(party);
        const known = await this.#directory.ghost(ghost);
        const hasName = party.kind !== "anonymous" && party.displayName !== undefined;
        if (known !== undefined && !hasName) return ghost;
        const displayName = displayTextOf(party);
        if (known?.displayName === displayName) return ghost;
        return await this.#flights.run(`${ghost} ${displayName}`, async () => {
            if (known === undefined) await this.#homeserver.register(ghost);
            await this.#name(ghost, displayName);
            return ghost;
        });
    }

    /** As `ensure`, for a homeserver that does not know the ghost although the directory does: its database was replaced. */
    async registerAgain(party: RemoteParty): Promise<MatrixUserId> {
        const ghost = this.#names.ghostOf(party);
        await this.#homeserver.register(ghost);
        await this.#name(ghost, displayTextOf(party));
        return ghost;
    }

    async #name(ghost: MatrixUserId, displayName: string): Promise<void> {
        try {
            await this.#homeserver.setDisplayName(ghost, displayName);
            await this.#directory.rememberGhost({ userId: ghost, displayName });
        } catch (reason) {
            this.#log.warn("ghost display name not set", { error: reason });
        }
    }
}
