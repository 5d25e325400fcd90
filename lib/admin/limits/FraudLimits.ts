import type { Clock } from "../../ports/Clock.ts";
import type { LimitScope, LimitStatus } from "./LimitStatus.ts";
import { Usage } from "./Usage.ts";

/** The limits of one scope; an absent one does not apply. */
export interface LimitValues {
    readonly concurrentCalls?: number;
    readonly callsPerMinute?: number;
    /** Minutes of answered calls since midnight (UTC). */
    readonly minutesPerDay?: number;
    /** Price of answered calls since midnight (UTC). */
    readonly costPerDay?: number;
}

type LimitKind = keyof LimitValues;
const KINDS: readonly LimitKind[] = ["concurrentCalls", "callsPerMinute", "minutesPerDay", "costPerDay"];
const SCOPES: readonly LimitScope[] = ["user", "trunk", "premium", "international"];

/** An outbound call, as far as limits depend on it. */
export interface LimitedCall {
    readonly callId: string;
    /** Matrix user who calls. */
    readonly user: string;
    readonly trunk: string;
    readonly destination: "emergency" | "national" | "international" | "premium";
    /** Price of a minute; 0 if none is configured. */
    readonly rate: number;
}

export interface FraudLimitsParts {
    readonly values: Readonly<Record<LimitScope, LimitValues>>;
    readonly emergency: "allow" | "reject";
    readonly clock: Clock;
    /** Called for each call that a limit rejects, with the name of the limit and whose it is. Synchronous. */
    readonly onReached: (limit: string, key: string) => void;
}

/** Whether a call may be placed. */
export type LimitVerdict = { readonly kind: "admitted" } | { readonly kind: "rejected"; readonly limit: string };

/** Counts outbound calls by user, trunk and destination, and rejects those beyond a limit. */
export class FraudLimits {
    readonly #parts: FraudLimitsParts;
    readonly #usage = new Map<string, Usage>();
    readonly #live = new Map<string, { readonly call: LimitedCall; readonly keys: readonly [LimitScope, string][] }>();
    /** Values that commands set, by the name of the limit, and who did. */
    #changed: ReadonlyMap<string, { readonly value: number; readonly by: string }> = new Map();

    constructor(parts: FraudLimitsParts) {
        this.#parts = parts;
    }

    /** Replaces the values that commands set. */
    change(changed: ReadonlyMap<string, { readonly value: number; readonly by: string }>): void {
        this.#changed = changed;
    }

    /** Decides whether a call may be placed, and counts it if so. */
    admit(call: LimitedCall): LimitVerdict {
        if (call.destination === "emergency") {
            return this.#parts.emergency === "allow" ? { kind: "admitted" } : { kind: "rejected", limit: "emergency" };
        }
        const now = this.#parts.clock.now();
        const keys = keysOf(call);
        for (const [scope, key] of keys) {
            const usage = this.#usageOf(scope, key);
            const reached = KINDS.find((kind) => usage.of(kind, now) >= this.#valueOf(scope, kind));
            if (reached === undefined) continue;
            this.#parts.onReached(`${scope}.${reached}`, key);
            return { kind: "rejected", limit: `${scope}.${reached}` };
        }
        for (const [scope, key] of keys) this.#usageOf(scope, key).started(now);
        this.#live.set(call.callId, { call, keys });
        return { kind: "admitted" };
    }

    /** An admitted call has ended. Harmless for other calls. */
    ended(callId: string, talkedMs: number): void {
        const live = this.#live.get(callId);
        if (live === undefined) return;
        this.#live.delete(callId);
        const minutes = talkedMs / 60_000;
        const now = this.#parts.clock.now();
        for (const [scope, key] of live.keys) {
            this.#usageOf(scope, key).ended(now, minutes, minutes * live.call.rate);
        }
    }

    /** Every limit with its greatest use now. */
    status(): readonly LimitStatus[] {
        const now = this.#parts.clock.now();
        return SCOPES.flatMap((scope) => KINDS.flatMap((kind) => this.#statusOf(scope, kind, now) ?? []));
    }

    #statusOf(scope: LimitScope, kind: LimitKind, now: number): LimitStatus | undefined {
        const name = `${scope}.${kind}`;
        const value = this.#valueOf(scope, kind);
        if (value === Infinity) return undefined;
        const uses = [...this.#usage]
            .filter(([key]) => key.startsWith(`${scope} `))
            .map(([key, usage]) => ({ key: key.slice(scope.length + 1), used: usage.of(kind, now) }));
        const most = uses.reduce((best, use) => (use.used > best.used ? use : best), { key: "", used: 0 });
        return {
            name,
            scope,
            value,
            origin: this.#changed.get(name)?.by ?? "configuration",
            used: Math.round(most.used * 100) / 100,
            ...(most.key !== "" && { usedBy: most.key }),
        };
    }

    #valueOf(scope: LimitScope, kind: LimitKind): number {
        return this.#changed.get(`${scope}.${kind}`)?.value ?? this.#parts.values[scope][kind] ?? Infinity;
    }

    #usageOf(scope: LimitScope, key: string): Usage {
        const name = `${scope} ${key}`;
        const usage = this.#usage.get(name) ?? new Usage();
        this.#usage.set(name, usage);
        return usage;
    }
}

/** What a call counts for. All calls of a destination class count together. */
function keysOf({ user, trunk, destination }: LimitedCall): [LimitScope, string][] {
    const keys: [LimitScope, string][] = [
        ["user", user],
        ["trunk", trunk],
    ];
    if (destination === "premium" || destination === "international") keys.push([destination, "all calls"]);
    return keys;
}
