/** One fraud limit and how much of it is used. */
export interface LimitStatus {
    /** `activeCalls`, `callsPerMinute`, `minutesPerDay` or `costPerDay`, and for whom. */
    readonly name: string;
    /** What it applies to: `user`, `trunk`, `premium` or `international`. */
    readonly scope: LimitScope;
    readonly value: number;
    /** `configuration`, or who changed it by a command. */
    readonly origin: string;
    /** The greatest use of it now, and by whom. */
    readonly used: number;
    readonly usedBy?: string;
}

export type LimitScope = "user" | "trunk" | "premium" | "international";
