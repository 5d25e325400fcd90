import type { EndCause } from "../vocabulary.ts";
import type { ForkEffect } from "./ForkEffect.ts";
import type { ForkEvent } from "./ForkEvent.ts";
import type { BranchId, BranchState, ForkAnswered, ForkOver, ForkRinging, ForkState } from "./ForkState.ts";
import { isDecisive, mostTelling } from "./forkEndCause.ts";

export interface ForkTransition {
    readonly state: ForkState;
    readonly effects: readonly ForkEffect[];
}

/** A fork of so many branches, at least one, before it is offered. */
export function openFork(branches: number): ForkRinging {
    return {
        phase: "ringing",
        branches: Array.from({ length: branches }, () => ({ phase: "waiting" })),
        heard: "nothing",
    };
}

/** One step of a fork: pure and total. What has no meaning in a phase leaves the state as it is, by identity. */
export function reduceFork(state: ForkState, event: ForkEvent): ForkTransition {
    switch (state.phase) {
        case "ringing":
            return whileRinging(state, event);
        case "answered":
            return onceAnswered(state, event);
        case "over":
            return onceOver(state, event);
    }
}

function whileRinging(state: ForkRinging, event: ForkEvent): ForkTransition {
    switch (event.kind) {
        case "offered":
            return offerAll(state, event);
        case "ended":
            return endAll(state, event.cause);
        case "branchMediaOffered":
            return offerBranch(state, event);
        case "branchMediaFailed":
            return dropBranch(state, event, [
                { kind: "endBranch", branch: event.branch, cause: event.cause },
                { kind: "releaseMedia", branch: event.branch },
            ]);
        case "branchRinging":
            if (state.heard === "ringing" || phaseOf(state, event.branch) !== "alerting") return stay(state);
            return go({ ...state, heard: "ringing" }, { kind: "reportRinging" });
        case "branchAnswered":
            return answer(state, event);
        case "branchEnded":
            return dropBranch(state, event, [{ kind: "releaseMedia", branch: event.branch }]);
    }
}

function onceAnswered(state: ForkAnswered, event: ForkEvent): ForkTransition {
    switch (event.kind) {
        case "ended":
            return go({ phase: "over", cause: event.cause }, ...leave(state.winner, event.cause));
        case "branchMediaOffered":
            return event.branch === state.winner ? stay(state) : release(state, event.branch);
        case "branchMediaFailed":
            if (event.branch !== state.winner) return stay(state);
            return go(state, { kind: "reportMediaFailed", cause: event.cause });
        case "branchAnswered":
            // it crossed our word that somebody else has answered: nobody may be left on the line with nobody
            if (event.branch === state.winner) return stay(state);
            return go(state, { kind: "endBranch", branch: event.branch, cause: "answeredElsewhere" });
        case "branchEnded":
            if (event.branch !== state.winner) return stay(state);
            return go(
                { phase: "over", cause: event.cause },
                { kind: "releaseMedia", branch: event.branch },
                { kind: "reportEnded", cause: event.cause },
            );
        case "offered":
        case "branchRinging":
            return stay(state);
    }
}

function onceOver(state: ForkOver, event: ForkEvent): ForkTransition {
    switch (event.kind) {
        case "branchAnswered":
            return go(state, { kind: "endBranch", branch: event.branch, cause: state.cause });
        case "branchMediaOffered":
            return release(state, event.branch);
        case "offered":
        case "ended":
        case "branchMediaFailed":
        case "branchRinging":
        case "branchEnded":
            return stay(state);
    }
}

function offerAll(state: ForkRinging, { sdp }: Extract<ForkEvent, { kind: "offered" }>): ForkTransition {
    const waiting = [...state.branches.keys()].filter((branch) => phaseOf(state, branch) === "waiting");
    if (waiting.length === 0) return stay(state);
    const branches = state.branches.map((branch) =>
        branch.phase === "waiting" ? ({ phase: "preparing" } as const) : branch,
    );
    return go({ ...state, branches }, ...waiting.map((branch) => ({ kind: "allocateMedia", branch, sdp }) as const));
}

function offerBranch(
    state: ForkRinging,
    { branch, sdp }: Extract<ForkEvent, { kind: "branchMediaOffered" }>,
): ForkTransition {
    switch (phaseOf(state, branch)) {
        case "preparing":
            return go(withBranch(state, branch, { phase: "alerting" }), { kind: "offerBranch", branch, sdp });
        case "over":
            return release(state, branch);
        case "waiting":
        case "alerting":
        case undefined:
            return stay(state);
    }
}

/** The first answer has the call; all others are told so. */
function answer(state: ForkRinging, { branch, sdp }: Extract<ForkEvent, { kind: "branchAnswered" }>): ForkTransition {
    const answered = state.branches[branch];
    // one that was given up for lost
    if (answered?.phase === "over") return go(state, { kind: "endBranch", branch, cause: answered.cause });
    if (answered?.phase !== "alerting") return stay(state);
    const losers = liveBranches(state).filter((each) => each !== branch);
    return go(
        { phase: "answered", winner: branch },
        { kind: "reportAnswered", sdp },
        ...losers.flatMap((loser) => leave(loser, "answeredElsewhere")),
    );
}

/** A branch is over. It may decide for all, or be the last one. */
function dropBranch(
    state: ForkRinging,
    { branch, cause }: { readonly branch: BranchId; readonly cause: EndCause },
    farewell: readonly ForkEffect[],
): ForkTransition {
    const before = state.branches[branch];
    if (before === undefined || before.phase === "over") return stay(state);
    const next = withBranch(state, branch, { phase: "over", cause });
    const others = liveBranches(next);
    if (others.length > 0 && !isDecisive(cause)) return go(next, ...farewell);
    const endedBy = isDecisive(cause) ? cause : mostTelling(causesOf(next));
    return go({ phase: "over", cause: endedBy }, ...farewell, ...others.flatMap((other) => leave(other, endedBy)), {
        kind: "reportEnded",
        cause: endedBy,
    });
}

function endAll(state: ForkRinging, cause: EndCause): ForkTransition {
    return go({ phase: "over", cause }, ...liveBranches(state).flatMap((branch) => leave(branch, cause)));
}

function leave(branch: BranchId, cause: EndCause): ForkEffect[] {
    return [
        { kind: "endBranch", branch, cause },
        { kind: "releaseMedia", branch },
    ];
}

function release(state: ForkState, branch: BranchId): ForkTransition {
    return go(state, { kind: "releaseMedia", branch });
}

function go(state: ForkState, ...effects: ForkEffect[]): ForkTransition {
    return { state, effects };
}

function stay(state: ForkState): ForkTransition {
    return { state, effects: [] };
}

function phaseOf(state: ForkRinging, branch: BranchId): BranchState["phase"] | undefined {
    return state.branches[branch]?.phase;
}

function withBranch(state: ForkRinging, branch: BranchId, next: BranchState): ForkRinging {
    return { ...state, branches: state.branches.map((each, index) => (index === branch ? next : each)) };
}

function liveBranches(state: ForkRinging): BranchId[] {
    return [...state.branches.keys()].filter((branch) => phaseOf(state, branch) !== "over");
}

function causesOf({ branches }: ForkRinging): EndCause[] {
    return branches.flatMap((branch) => (branch.phase === "over" ? [branch.cause] : []));
}
