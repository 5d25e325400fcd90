/** A change that a command made in addition to the configuration file. Plain data, stored as JSON. */
export type Change = NewChange & {
    /** Counts up; names the change for `undo`. */
    readonly id: number;
    /** Wall time in ms since the Unix epoch. */
    readonly madeAt: number;
};

export type NewChange = ChangeKind & {
    /** Who gave the command. */
    readonly by: string;
    /** Wall time in ms at which the change ends by itself. */
    readonly until?: number;
};

export type ChangeKind =
    /** Calls to a number reach a user. `user: null`: they reach no user, whatever the configuration says. */
    | { readonly kind: "map"; readonly phoneNumber: string; readonly user: string | null }
    /** A user can or cannot call numbers that match a pattern. A denial counts more than every rule that allows. */
    | { readonly kind: "allow" | "deny"; readonly user: string; readonly pattern: string }
    /** Calls from this number or Matrix user are rejected. */
    | { readonly kind: "block"; readonly party: string }
    /** No outbound calls by this trunk, or no calls in either direction. Outbound if `calls` is absent. */
    | { readonly kind: "trunkOff"; readonly trunk: string; readonly calls?: "outbound" | "both" | undefined }
    /** Calls for this user do not ring. */
    | { readonly kind: "doNotDisturb"; readonly user: string }
    /** Another value for a fraud limit. */
    | { readonly kind: "limit"; readonly limit: string; readonly value: number };

/** What a change is about: a new change about the same thing replaces the one before. */
export function subjectOf(change: ChangeKind): string {
    switch (change.kind) {
        case "map":
            return `map ${change.phoneNumber}`;
        case "allow":
        case "deny":
            return `dial ${change.user} ${change.pattern}`;
        case "block":
            return `block ${change.party}`;
        case "trunkOff":
            return `trunk ${change.trunk}`;
        case "doNotDisturb":
            return `dnd ${change.user}`;
        case "limit":
            return `limit ${change.limit}`;
    }
}

/** A change in one phrase, as `changes` and `config` show it. */
export function describeChange(change: ChangeKind): string {
    switch (change.kind) {
        case "map":
            return change.user === null
                ? `calls to ${change.phoneNumber} reach no user`
                : `calls to ${change.phoneNumber} reach ${change.user}`;
        case "allow":
            return `${change.user} can call ${change.pattern}`;
        case "deny":
            return `${change.user} cannot call ${change.pattern}`;
        case "block":
            return `calls from ${change.party} are rejected`;
        case "trunkOff":
            return `trunk ${change.trunk} is off for ${change.calls === "both" ? "all" : "outbound"} calls`;
        case "doNotDisturb":
            return `calls for ${change.user} do not ring`;
        case "limit":
            return `limit ${change.limit} is ${change.value}`;
    }
}
