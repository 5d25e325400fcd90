import type { CallRecord, LiveCallRecord } from "../records/CallRecord.ts";
import type { HourOfCalls } from "../records/CallsPerHour.ts";
import type { Change, NewChange } from "./changes/Change.ts";
import type { TestCallResult } from "./testCall/TestCalls.ts";
import type { LadderLine } from "./SipLadders.ts";
import type { LimitStatus } from "./limits/LimitStatus.ts";

/** What commands need from the running bridge. Implemented in lib/assembly over the live objects. */
export interface Administration {
    readonly version: string;
    readonly node: string;
    /** Wall time in ms since the Unix epoch. */
    readonly startedAt: number;
    readonly calls: CallControl;
    readonly trunks: TrunkControl;
    readonly phones: PhoneControl;
    readonly routing: RoutingControl;
    readonly testCalls: TestCallControl;
    readonly changes: ChangeControl;
    readonly service: ServiceControl;
    /** Fraud limits and how much of them is used. */
    limits(): readonly LimitStatus[];
    /** The state of every part of the bridge. */
    parts(): readonly PartStatus[];
}

export interface CallControl {
    /** Calls that are not over, the oldest first. */
    live(): readonly LiveCallRecord[];
    /** Ends a call for both parties; false if there is no such call. */
    hangUp(callId: string): boolean;
    /** Ended calls, the newest first. */
    history(query: HistoryQuery): readonly CallRecord[];
    /** Ended calls of the last 24 hours, hour by hour, the oldest first. */
    perHour(): readonly HourOfCalls[];
    /** A live or ended call. */
    find(callId: string): LiveCallRecord | CallRecord | undefined;
    /** The SIP messages of a call that are still kept, in order; undefined if there are none. */
    messages(callId: string): readonly LadderLine[] | undefined;
    readonly verbs: CallVerbs;
}

/** What can be done to a call. Absent verbs are not possible with this version of the bridge. */
export interface CallVerbs {
    readonly sendDigits?: (callId: string, digits: string) => Promise<"done" | "failed">;
    readonly hold?: (callId: string) => Promise<"done" | "failed">;
    readonly resume?: (callId: string) => Promise<"done" | "failed">;
    readonly transfer?: (callId: string, to: string) => Promise<"done" | "failed">;
}

export interface HistoryQuery {
    /** A user ID, number, address or trunk name of the call, or a part of one. */
    readonly party?: string;
    readonly failedOnly: boolean;
    readonly limit: number;
}

export interface TrunkStatus {
    readonly name: string;
    /** `off` was set by a command: no outbound calls go there. */
    readonly state: "on" | "off";
    readonly addresses: readonly { readonly address: string; readonly state: "up" | "down"; readonly since: number }[];
    readonly registration: "none" | "up" | "down";
    readonly liveCalls: number;
    readonly prefixes: readonly string[];
}

export interface TrunkControl {
    all(): readonly TrunkStatus[];
    /** Registers again, or sends OPTIONS to every address; false if the trunk has no registration or no probes. */
    register(name: string): boolean;
    probe(name: string): boolean;
}

export interface PhoneStatus {
    readonly account: string;
    readonly user: string;
    readonly contacts: readonly { readonly uri: string; readonly source: string; readonly expiresAt: number }[];
}

export interface PhoneControl {
    all(): readonly PhoneStatus[];
    /** Removes every registration of the account. */
    drop(account: string): Promise<void>;
}

export interface RoutingControl {
    /** The Matrix user that a number or address reaches, and how it is read; undefined if the text is neither. */
    number(text: string): NumberStatus | undefined;
    /** Where a call from a user to a number would go, without placing it. */
    route(from: string, to: string): RouteStatus | undefined;
    /** What is wrong with a user pattern or number pattern of a rule; undefined if both are valid. */
    faultOfRule(user: string, pattern: string): string | undefined;
    /** The caller ID that a trunk is given for a user; undefined if none. */
    callerIdOn(trunk: string, user: string): string | undefined;
    /** Finds or creates the room of a user with a number and returns its ID; undefined if that fails. */
    openRoom(user: string, number: string): Promise<string | undefined>;
}

export interface TestCallControl {
    /**
     * Calls a number by a trunk, sends a tone and measures what comes back. Without a trunk the dial plan chooses;
     * without a number `control.echoNumber` is called. Resolves when the call is over.
     */
    place(order: {
        readonly trunk?: string;
        readonly number?: string;
        readonly user?: string;
    }): Promise<TestCallReport>;
    /** The number and the trunks that `place` would call, or why it would not. */
    plan(order: { readonly trunk?: string; readonly number?: string }): TestCallPlan;
}

export type TestCallPlan =
    | { readonly kind: "planned"; readonly number: string; readonly trunks: readonly [string, ...string[]] }
    | { readonly kind: "impossible"; readonly reason: string; readonly advice: string };

export type TestCallReport =
    | { readonly kind: "called"; readonly number: string; readonly trunk: string; readonly result: TestCallResult }
    | Extract<TestCallPlan, { readonly kind: "impossible" }>;

export interface NumberStatus {
    readonly canonical: string;
    readonly reaches: string | undefined;
    readonly outboundTrunks: readonly string[];
}

export type RouteStatus =
    | {
          readonly kind: "trunk";
          readonly callee: string;
          readonly trunks: readonly string[];
          readonly callerId: string | undefined;
      }
    | { readonly kind: "phone"; readonly account: string; readonly registered: number }
    | { readonly kind: "matrix"; readonly user: string }
    | { readonly kind: "rejected"; readonly reason: string };

export interface ChangeControl {
    /** Changes that commands made and that still apply, the oldest first. */
    all(): readonly Change[];
    /** Stores and applies a change; one that contradicts an earlier change replaces it. Rejects if it cannot be stored. */
    add(change: NewChange): Promise<Change>;
    /** Removes a change; false if there is none with that number. */
    undo(id: number): Promise<boolean>;
}

export interface ServiceControl {
    readonly state: "accepting" | "draining";
    drain(): void;
    resume(): void;
    /** The configuration in use, without secrets, as YAML. */
    configuration(): string;
    /** Compares the configuration file with the configuration in use. */
    compare(): ReloadPlan;
    /** Applies what can be applied without a restart. */
    reload(): ReloadPlan;
    readonly logLevel: string;
    /** @param forMs after this time the configured level applies again; undefined: until the restart */
    setLogLevel(level: LogLevel, forMs: number | undefined): void;
}

export type LogLevel = "error" | "warn" | "info" | "debug";

export type ReloadPlan =
    | { readonly kind: "invalid"; readonly faults: readonly string[] }
    | { readonly kind: "valid"; readonly applied: readonly string[]; readonly needRestart: readonly string[] };

export interface PartStatus {
    /** `homeserver`, `SIP server`, `rtpengine 127.0.0.1:2223`, `trunk carrier`, ... */
    readonly name: string;
    readonly kind: PartKind;
    readonly state: "up" | "down" | "degraded";
    readonly since: number;
    readonly reason?: string;
    /** How often it was not up since the bridge started, this time included. */
    readonly outages: number;
}

export type PartKind = "homeserver" | "sip_server" | "rtpengine" | "trunk" | "store" | "certificate" | "worker";
