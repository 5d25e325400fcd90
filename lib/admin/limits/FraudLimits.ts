import type { Clock } from "../../ports/Clock.ts";
import type { LimitScope, LimitStatus } from "./LimitStatus.ts";
import { type ReachedLimit, ReachedLimits } from "./ReachedLimits.ts";
import { type DayUsage, Usage } from "./Usage.ts";

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
/** The limits that a call can reach while it goes on. */
const DAY_KINDS: readonly LimitKind[] = ["minutesPerDay", "costPerDay"];
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
    /** Called when a limit starts to reject calls, with its name and whose it is. Synchronous. */
    readonly onReached: (limit: string, key: string) => void;
    /** Called after a restart for a limit that was reached before. Synchronous. */
    readonly onStillReached: (reached: ReachedLimit) => void;
    /** Called when the limit has not rejected a call for a while, and would not. Synchronous. */
    readonly onCleared: (limit: string, key: string) => void;
}

/** Whether a call may be placed. */
export type LimitVerdict = { readonly kind: "admitted" } | { readonly kind: "rejected"; readonly limit: string };

type Key = readonly [LimitScope, string];

interface LiveCall {
    readonly call: LimitedCall;
    readonly keys: readonly Key[];
    /** Until when its time is counted already; undefined before the answer. Of the monotonic clock. */
    countedAt: number | undefined;
}

/** Counts outbound calls by user, trunk and destination, also while they go on, and rejects those beyond a limit. */
export class FraudLimits {
    readonly #parts: FraudLimitsParts;
    readonly #usage = new Map<string, Usage>();
    readonly #live = new Map<string, LiveCall>();
    readonly #reached: ReachedLimits;
    /** Values that commands set, by the name of the limit, and who did. */
    #changed: ReadonlyMap<string, { readonly value: number; readonly by: string }> = new Map();

    constructor(parts: FraudLimitsParts) {
        this.#parts = parts;
        this.#reached = new ReachedLimits(parts);
    }

    /** Replaces the values that commands set. */
    change(changed: ReadonlyMap<string, { readonly value: number; readonly by: string }>): void {
        this.#changed = changed;
    }

    /** Continues with what an earlier run used today, by scope and key. */
    restore(used: ReadonlyMap<string, DayUsage>): void {
        const now = this.#parts.clock.now();
        for (const [name, day] of used) this.#usageNamed(name).restore(now, day);
    }

    /** Continues with the limits that an earlier run had reached, which are not reported again. */
    restoreReached(reached: readonly ReachedLimit[]): void {
        this.#reached.restore(reached.filter(({ limit }) => isLimit(limit)));
    }

    /** The limits that reject calls at present. */
    reached(): readonly ReachedLimit[] {
        return this.#reached.all;
    }

    /** What was used today, by scope and key, with the time of calls that go on. */
    used(): ReadonlyMap<string, DayUsage> {
        this.#countAll();
        const now = this.#parts.clock.now();
        const days = [...this.#usage].map(([name, usage]) => [name, usage.today(now)] as const);
        return new Map(days.filter(([, { minutes, cost }]) => minutes > 0 || cost > 0));
    }

    /** Decides whether a call may be placed, and counts it if so. */
    admit(call: LimitedCall): LimitVerdict {
        if (call.destination === "emergency") {
            return this.#parts.emergency === "allow" ? { kind: "admitted" } : { kind: "rejected", limit: "emergency" };
        }
        // every live call is looked at: only if its time can decide
        if (this.#hasDayLimit()) this.#countAll();
        const now = this.#parts.clock.now();
        const keys = keysOf(call);
        for (const key of keys) {
            const limit = this.#limitAt(key, KINDS);
            if (limit === undefined) continue;
            this.#reached.add(limit, key[1]);
            return { kind: "rejected", limit };
        }
        for (const key of keys) this.#usageOf(key).started(now);
        this.#live.set(call.callId, { call, keys, countedAt: undefined });
        return { kind: "admitted" };
    }

    /** Counts a connected call of an earlier run of the bridge, whatever the limits are. Its time counts from now on. */
    adopt(call: LimitedCall): void {
        if (call.destination === "emergency") return;
        const { clock } = this.#parts;
        const keys = keysOf(call);
        for (const key of keys) this.#usageOf(key).resumed(clock.now());
        this.#live.set(call.callId, { call, keys, countedAt: clock.monotonic() });
    }

    /** An admitted call was answered: its time counts from now on. Harmless for other calls. */
    answered(callId: string): void {
        const live = this.#live.get(callId);
        if (live !== undefined) live.countedAt ??= this.#parts.clock.monotonic();
    }

    /** An admitted call has ended. Harmless for other calls. */
    ended(callId: string): void {
        const live = this.#live.get(callId);
        if (live === undefined) return;
        this.#count(live);
        this.#live.delete(callId);
        const now = this.#parts.clock.now();
        for (const key of live.keys) this.#usageOf(key).ended(now);
    }

    /** Counts the time of calls that go on, and returns those that have reached a limit of the day. Called at intervals. */
    check(): readonly string[] {
        this.#countAll();
        const over = [...this.#live.values()].filter(({ keys, countedAt }) => {
            if (countedAt === undefined) return false;
            return keys.some((key) => {
                const limit = this.#limitAt(key, DAY_KINDS);
                if (limit !== undefined) this.#reached.add(limit, key[1]);
                return limit !== undefined;
            });
        });
        this.#reached.clear((limit, key) => {
            const [scope, kind] = limit.split(".") as [LimitScope, LimitKind];
            return this.#limitAt([scope, key], [kind]) !== undefined;
        });
        return over.map(({ call }) => call.callId);
    }

    /** Every limit with its greatest use now. */
    status(): readonly LimitStatus[] {
        this.#countAll();
        const now = this.#parts.clock.now();
        return SCOPES.flatMap((scope) => KINDS.flatMap((kind) => this.#statusOf(scope, kind, now) ?? []));
    }

    #hasDayLimit(): boolean {
        return SCOPES.some((scope) => DAY_KINDS.some((kind) => this.#valueOf(scope, kind) !== Infinity));
    }

    #countAll(): void {
        for (const live of this.#live.values()) this.#count(live);
    }

    #count(live: LiveCall): void {
        if (live.countedAt === undefined) return;
        const at = this.#parts.clock.monotonic();
        const minutes = (at - live.countedAt) / 60_000;
        live.countedAt = at;
        const now = this.#parts.clock.now();
        for (const key of live.keys) this.#usageOf(key).used(now, minutes, minutes * live.call.rate);
    }

    /** The first of these limits that is reached for a user, trunk or destination class. */
    #limitAt([scope, name]: Key, kinds: readonly LimitKind[]): string | undefined {
        const now = this.#parts.clock.now();
        const usage = this.#usageOf([scope, name]);
        const kind = kinds.find((each) => usage.of(each, now) >= this.#valueOf(scope, each));
        return kind === undefined ? undefined : `${scope}.${kind}`;
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

    #usageOf([scope, key]: Key): Usage {
        return this.#usageNamed(`${scope} ${key}`);
    }

    #usageNamed(name: string): Usage {
        const usage = this.#usage.get(name) ?? new Usage();
        this.#usage.set(name, usage);
        return usage;
    }
}

/** Whether a name is one of `user.costPerDay` and so on. */
function isLimit(name: string): boolean {
    return SCOPES.some((scope) => KINDS.some((kind) => `${scope}.${kind}` === name));
}

/** What a call counts for. All calls of a destination class count together. */
function keysOf({ user, trunk, destination }: LimitedCall): readonly Key[] {
    const keys: Key[] = [
        ["user", user],
        ["trunk", trunk],
    ];
    if (destination === "premium" || destination === "international") keys.push([destination, "all calls"]);
    return keys;
}
