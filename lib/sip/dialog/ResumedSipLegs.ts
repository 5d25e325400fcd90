import type { LegReport } from "../../ports/CallLeg.ts";
import type { LegResumer, ResumedCall } from "../../ports/CallIntake.ts";
import type { SipLegRecord } from "../../ports/LegRecord.ts";
import type { Log } from "../../ports/Log.ts";
import type { DigestCredentials } from "../digest/DigestClient.ts";
import type { SipEnvironment } from "../SipEnvironment.ts";
import type { InheritedTransactions } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { ResumedSipLeg } from "./ResumedSipLeg.ts";

export interface ResumedSipLegsParts extends SipEnvironment {
    readonly log: Log;
    readonly inherited: InheritedTransactions;
    /** Every peer and trunk. */
    readonly peers: readonly Pick<SipPeer, "name" | "credentials">[];
}

/** Makes the SIP halves of calls again after a restart of the bridge. */
export class ResumedSipLegs implements LegResumer<SipLegRecord> {
    readonly #parts: ResumedSipLegsParts;
    readonly #credentials: ReadonlyMap<string, DigestCredentials | undefined>;
    readonly #legs: ResumedSipLeg[] = [];

    constructor(parts: ResumedSipLegsParts) {
        this.#parts = parts;
        this.#credentials = new Map(parts.peers.map(({ name, credentials }) => [name, credentials]));
    }

    resume({ callId }: ResumedCall, record: SipLegRecord, report: LegReport): ResumedSipLeg {
        const leg = new ResumedSipLeg(record, {
            ...this.#parts,
            callId,
            log: this.#parts.log.child({ callId, leg: "sip" }),
            credentials: this.#credentials.get(record.peer),
            report,
        });
        this.#legs.push(leg);
        return leg;
    }

    /** Called once after the first connection to the SIP server. Only the embedded one says which dialogs it still has. */
    serverUp({ version }: { readonly version: string }): void {
        const legs = this.#legs.splice(0);
        if (!version.endsWith("-embedded")) for (const leg of legs) leg.poll();
    }
}
