import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { displayTextOf } from "../../numbering/RemoteParty.ts";
import type { ShownParty } from "../../ports/CallLeg.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { GhostProfiles } from "../ghosts/GhostProfiles.ts";
import type { OutgoingCallEvent } from "./callEventContent.ts";
import { encodeAssertedIdentity, type OurParty } from "./encodeCallEvent.ts";

export interface PeerDisplayParts {
    readonly names: Pick<GhostNames, "ghostOf" | "representable">;
    readonly profiles: Pick<GhostProfiles, "ensure">;
}

/** Shows a Matrix user who the other party of a call is: by the name of the ghost, and by m.call.asserted_identity. */
export class PeerDisplay {
    readonly #parts: PeerDisplayParts;
    readonly #us: OurParty;
    readonly #send: (event: OutgoingCallEvent) => Promise<void>;
    #shown: string | undefined;

    /** @param send sends an event of the call */
    constructor(parts: PeerDisplayParts, us: OurParty, send: (event: OutgoingCallEvent) => Promise<void>) {
        this.#parts = parts;
        this.#us = us;
        this.#send = send;
    }

    /**
     * Names the ghost of the call if the party is the one that it represents. Tells the client of an answered call, once for
     * each identity. @param ghost that takes part in the call
     * @throws HomeserverError
     */
    async show(party: ShownParty, ghost: MatrixUserId, call: "ringing" | "answered"): Promise<void> {
        const identity = this.#identityOf(party);
        // never the ghost of another party: it has a room of its own, and perhaps does not exist
        if (party.kind !== "user" && identity.id === ghost) await this.#parts.profiles.ensure(party);
        const key = `${identity.id} ${identity.displayName ?? ""}`;
        if (call === "ringing" || key === this.#shown || this.#us.version === 0) return;
        this.#shown = key;
        await this.#send(encodeAssertedIdentity(this.#us, identity));
    }

    #identityOf(party: ShownParty): { readonly id: MatrixUserId; readonly displayName: string | undefined } {
        if (party.kind === "user") return { id: party.user, displayName: party.displayName };
        const { names } = this.#parts;
        return { id: names.ghostOf(names.representable(party)), displayName: displayTextOf(party) };
    }
}
