import type { LinkLegRecord } from "../../ports/LegRecord.ts";
import { CallLink, type LinkLeg } from "./CallLink.ts";

/** The links between the calls of the previous run of the bridge. The calls of a link are resumed one after the other. */
export class ResumedLinks {
    readonly #links = new Map<string, CallLink>();

    /** The end of a link that a call has. Undefined if another call has it already. */
    resume({ link: id, end }: LinkLegRecord): LinkLeg | undefined {
        const link = this.#links.get(id) ?? new CallLink(id);
        this.#links.set(id, link);
        const leg = link.legs[end];
        return leg.isSeated ? undefined : leg;
    }

    /** Ends the calls whose other call does not exist any more. Called once, when every call has been resumed. */
    endUnpaired(): void {
        for (const { legs } of this.#links.values())
            if (!legs.every(({ isSeated }) => isSeated)) for (const leg of legs) leg.fail("serviceUnavailable");
        this.#links.clear();
    }
}
