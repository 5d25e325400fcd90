import type { Log } from "../../ports/Log.ts";
import type { ShownParty } from "../../ports/CallLeg.ts";
import type { AssertParty } from "../identity/assertedParty.ts";
import { CAPABILITIES } from "../sipCapabilities.ts";
import { tokensOf } from "../sipHeaders.ts";
import type { HeaderFields } from "../SipStack.ts";
import { askInDialog, type InDialogParts } from "./askInDialog.ts";

/** `headers` include Session-Expires: a request that refreshes the target also refreshes the session (RFC 4028, section 7.4). */
export interface PartyUpdateParts extends InDialogParts {
    readonly log: Log;
    /** How parties are asserted to the peer; left out for a peer that is not told. */
    readonly assert?: AssertParty | undefined;
    /** What the peer was told during the setup of the call. */
    readonly asserted?: HeaderFields | undefined;
    /** The peer's Allow header. */
    readonly allow?: string | undefined;
}

/**
 * Tells the peer of a dialog who its other party is, once for each identity: by an UPDATE without a session description (RFC 3311),
 * or by a re-INVITE that changes nothing if the peer does not allow UPDATE.
 */
export class PartyUpdate {
    readonly #parts: PartyUpdateParts;
    readonly #reinvite: (headers: HeaderFields) => void;
    #told: string | undefined;

    /** @param reinvite sends the session as it is in a re-INVITE with these headers */
    constructor(parts: PartyUpdateParts, reinvite: (headers: HeaderFields) => void) {
        this.#parts = parts;
        this.#reinvite = reinvite;
        this.#told = parts.asserted && JSON.stringify(parts.asserted);
    }

    /** Does not wait for the peer. */
    show(party: ShownParty): void {
        const headers = this.#parts.assert?.(party);
        const key = headers && JSON.stringify(headers);
        if (headers === undefined || key === this.#told) return;
        this.#told = key;
        if (tokensOf(this.#parts.allow).has("update")) void this.#update(headers);
        else this.#reinvite(headers);
    }

    async #update(identity: HeaderFields): Promise<void> {
        const { log } = this.#parts;
        try {
            const headers = { ...CAPABILITIES, ...identity };
            const { status } = await askInDialog(this.#parts, { method: "UPDATE", headers });
            if (status >= 300) log.debug("new party rejected by the SIP peer", { status });
        } catch (error) {
            log.debug("UPDATE not sent", { error });
        }
    }
}
