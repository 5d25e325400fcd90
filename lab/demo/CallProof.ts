/** What one call of the demo proved. The names of the fields are those of `npm run demo -- --json`. */
export interface CallProof {
    readonly ok: boolean;
    /** From dialling until the caller is connected, in ms; the callee picks up as soon as it rings. */
    readonly setupMs: number | null;
    readonly heardBySipHz: number | null;
    readonly heardByMatrixHz: number | null;
}

/** One line of a call's story. */
export interface Moment {
    readonly at: number;
    readonly who: string;
    readonly what: string;
}

/** A call of the demo while it happens: what is known of it stays known if a later step fails. */
export class CallRecord {
    readonly moments: Moment[] = [];
    setupMs: number | null = null;
    heardBySipHz: number | null = null;
    heardByMatrixHz: number | null = null;
    failure: unknown = undefined;

    /** @param at ms since the epoch, or a Date; now if not given */
    tell(who: string, what: string, at: number | Date = Date.now()): void {
        this.moments.push({ at: Number(at), who, what });
    }

    proof(): CallProof {
        const { setupMs, heardBySipHz, heardByMatrixHz } = this;
        const ok = this.failure === undefined && setupMs !== null && heardBySipHz !== null && heardByMatrixHz !== null;
        return { ok, setupMs, heardBySipHz, heardByMatrixHz };
    }
}
