import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { LegReport } from "../../ports/CallLeg.ts";
import type { SipHeaders } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { identifyConnected } from "./identifyConnected.ts";

type Peer = Pick<SipPeer, "trusted" | "defaultCountry" | "shortCodes">;

/** Reports who the other party of a call is, as a trusted peer says in its messages: once, and again if it changes. */
export class ConnectedParty {
    readonly #peer: Peer;
    readonly #report: LegReport;
    #known: string | undefined;

    /** @param known who the party is known to be already */
    constructor(peer: Peer, report: LegReport, known?: RemoteParty) {
        this.#peer = peer;
        this.#report = report;
        this.#known = known && JSON.stringify(known);
    }

    /** Reads a request or a response of the peer within the call. One that says nothing changes nothing. */
    read(headers: SipHeaders): void {
        const party = identifyConnected(headers, this.#peer);
        if (party === undefined || JSON.stringify(party) === this.#known) return;
        this.#known = JSON.stringify(party);
        this.#report({ kind: "identified", party });
    }
}
