import type { LegReport } from "../../ports/CallLeg.ts";
import type { LegResumer, ResumedCall } from "../../ports/CallIntake.ts";
import type { SipLegRecord } from "../../ports/LegRecord.ts";
import type { Log } from "../../ports/Log.ts";
import type { SipEnvironment } from "../SipEnvironment.ts";
import type { InheritedTransactions } from "../SipStack.ts";
import { assertToPeer } from "../identity/assertedParty.ts";
import { ConnectedParty } from "../identity/ConnectedParty.ts";
import type { Phones } from "../registrar/Phones.ts";
import type { SipPeer, SipTrunk } from "../SipTrunk.ts";
import { referToOn } from "../transfer/referTo.ts";
import { rightsOfPeer } from "../transfer/rightsOfPeer.ts";
import type { TransferRights } from "../transfer/TransferRights.ts";
import { ResumedSipLeg } from "./ResumedSipLeg.ts";

export interface ResumedSipLegsParts extends SipEnvironment {
    readonly log: Log;
    readonly inherited: InheritedTransactions;
    /** Every peer and trunk. */
    readonly peers: readonly (SipPeer | SipTrunk)[];
    /** If there are accounts. */
    readonly phones?: Pick<Phones, "rightsOf" | "assert"> | undefined;
}

/** Makes the SIP halves of calls again after a restart of the bridge. */
export class ResumedSipLegs implements LegResumer<SipLegRecord> {
    readonly #parts: ResumedSipLegsParts;
    readonly #peers: ReadonlyMap<string, SipPeer | SipTrunk>;
    readonly #legs: ResumedSipLeg[] = [];

    constructor(parts: ResumedSipLegsParts) {
        this.#parts = parts;
        this.#peers = new Map(parts.peers.map((peer) => [peer.name, peer]));
    }

    resume({ callId }: ResumedCall, record: SipLegRecord, report: LegReport): ResumedSipLeg {
        const peer = this.#peers.get(record.peer);
        const leg = new ResumedSipLeg(record, {
            ...this.#parts,
            callId,
            log: this.#parts.log.child({ callId, leg: "sip" }),
            credentials: peer?.credentials,
            party: peer && new ConnectedParty(peer, report),
            rights: this.#rightsOf(record),
            assert: peer === undefined ? this.#parts.phones?.assert : assertToPeer(peer),
            referTo: peer && referToOn(peer, this.#parts.calls),
            report,
        });
        this.#legs.push(leg);
        return leg;
    }

    /** By the configuration of today. */
    #rightsOf(record: SipLegRecord): TransferRights | undefined {
        if (record.phase !== "connected" || record.transferor === undefined) return undefined;
        const { kind, address, host } = record.transferor;
        if (kind === "account") return this.#parts.phones?.rightsOf(record.peer, { address, host });
        const peer = this.#peers.get(record.peer);
        return peer && rightsOfPeer(peer, address);
    }

    /** Called once after the first connection to the SIP server. Only the embedded one says which dialogs it still has. */
    serverUp({ version }: { readonly version: string }): void {
        const server = version.endsWith("-embedded") ? "handsOver" : "keepsDialogs";
        for (const leg of this.#legs.splice(0)) leg.serverUp(server);
    }
}
