import { describe, expect, it, test } from "vitest";
import type { ForkEffect } from "../../../../lib/call/fork/ForkEffect.ts";
import type { ForkEvent } from "../../../../lib/call/fork/ForkEvent.ts";
import type { BranchId, ForkState } from "../../../../lib/call/fork/ForkState.ts";
import { mostTelling } from "../../../../lib/call/fork/forkEndCause.ts";
import { openFork, reduceFork } from "../../../../lib/call/fork/reduceFork.ts";
import type { EndCause } from "../../../../lib/call/vocabulary.ts";
import { sdp } from "../everyEvent.ts";

const alerting = { phase: "alerting" } as const;
const preparing = { phase: "preparing" } as const;
const busy = { phase: "over", cause: "busy" } as const;
const ringing: ForkState = { phase: "ringing", branches: [alerting, alerting], heard: "ringing" };
const answered: ForkState = { phase: "answered", winner: 1 };
const over: ForkState = { phase: "over", cause: "cancelled" };

const ended = (branch: BranchId, cause: EndCause): ForkEvent => ({ kind: "branchEnded", branch, cause });
const answers = (branch: BranchId): ForkEvent => ({ kind: "branchAnswered", branch, sdp: sdp("a") });

const written = (effect: ForkEffect): string =>
    [effect.kind, "branch" in effect ? effect.branch : "", "cause" in effect ? effect.cause : ""]
        .filter((word) => word !== "")
        .join(" ");

describe("reduceFork", () => {
    test.each<[string, ForkState, ForkEvent, string, string[]]>([
        [
            "makes each branch its own media",
            openFork(2),
            { kind: "offered", sdp: sdp("o") },
            "ringing",
            ["allocateMedia 0", "allocateMedia 1"],
        ],
        [
            "offers a branch as soon as its media is there",
            { ...ringing, branches: [preparing, preparing] },
            { kind: "branchMediaOffered", branch: 1, sdp: sdp("m") },
            "ringing",
            ["offerBranch 1"],
        ],
        [
            "tells that one rings",
            { ...ringing, heard: "nothing" },
            { kind: "branchRinging", branch: 0 },
            "ringing",
            ["reportRinging"],
        ],
        ["and not that another does", ringing, { kind: "branchRinging", branch: 1 }, "ringing", []],
        [
            "gives the call to the first that answers",
            ringing,
            answers(1),
            "answered",
            ["reportAnswered", "endBranch 0 answeredElsewhere", "releaseMedia 0"],
        ],
        ["goes on without a branch that is busy", ringing, ended(0, "busy"), "ringing", ["releaseMedia 0"]],
        [
            "goes on without one that has no media",
            ringing,
            { kind: "branchMediaFailed", branch: 0, cause: "noCommonMedia" },
            "ringing",
            ["endBranch 0 noCommonMedia", "releaseMedia 0"],
        ],
        [
            "ends with the last",
            { ...ringing, branches: [busy, alerting] },
            ended(1, "networkFailure"),
            "over",
            ["releaseMedia 1", "reportEnded busy"],
        ],
        [
            "ends at once when somebody declines",
            ringing,
            ended(0, "declined"),
            "over",
            ["releaseMedia 0", "endBranch 1 declined", "releaseMedia 1", "reportEnded declined"],
        ],
        [
            "tells every branch that the caller gave up",
            ringing,
            { kind: "ended", cause: "cancelled" },
            "over",
            ["endBranch 0 cancelled", "releaseMedia 0", "endBranch 1 cancelled", "releaseMedia 1"],
        ],
        ["hangs up on a second answer", answered, answers(0), "answered", ["endBranch 0 answeredElsewhere"]],
        [
            "hangs up on an answer of a branch given up for lost",
            { ...ringing, branches: [busy, alerting] },
            answers(0),
            "ringing",
            ["endBranch 0 busy"],
        ],
        ["hangs up on an answer after the end", over, answers(0), "over", ["endBranch 0 cancelled"]],
        [
            "frees media that comes after somebody answered",
            answered,
            { kind: "branchMediaOffered", branch: 0, sdp: sdp("m") },
            "answered",
            ["releaseMedia 0"],
        ],
        ["does not care how the others end", answered, ended(0, "cancelled"), "answered", []],
        [
            "is over when the one who answered is",
            answered,
            ended(1, "hungUp"),
            "over",
            ["releaseMedia 1", "reportEnded hungUp"],
        ],
        [
            "tells that the media of the one who answered failed",
            answered,
            { kind: "branchMediaFailed", branch: 1, cause: "mediaLost" },
            "answered",
            ["reportMediaFailed mediaLost"],
        ],
        [
            "hangs up on the one who answered",
            answered,
            { kind: "ended", cause: "hungUp" },
            "over",
            ["endBranch 1 hungUp", "releaseMedia 1"],
        ],
    ])("%s", (_, state, event, phase, expected) => {
        const step = reduceFork(state, event);
        expect([step.state.phase, ...step.effects.map(written)]).toEqual([phase, ...expected]);
    });
});

describe("what the caller hears when all branches have ended", () => {
    test.each<[EndCause[], EndCause]>([
        [["unavailable", "busy"], "busy"],
        [["noAnswer", "networkFailure"], "noAnswer"],
        [["notFound", "unavailable"], "unavailable"],
        [["serviceUnavailable"], "serviceUnavailable"],
    ])("%j: %s", (causes, expected) => {
        expect(mostTelling(causes)).toBe(expected);
    });
});

describe("every sequence of six facts about two branches", () => {
    const ofBranch = (branch: BranchId): readonly ForkEvent[] => [
        { kind: "branchMediaOffered", branch, sdp: sdp("m") },
        { kind: "branchMediaFailed", branch, cause: "mediaLost" },
        { kind: "branchRinging", branch },
        answers(branch),
        ended(branch, "busy"),
        ended(branch, "declined"),
    ];
    const everyEvent: readonly ForkEvent[] = [
        { kind: "offered", sdp: sdp("o") },
        { kind: "ended", cause: "cancelled" },
        ...ofBranch(0),
        ...ofBranch(1),
    ];

    interface Trace {
        readonly state: ForkState;
        readonly orders: readonly string[];
        /** Branches whose leg told that it is over. */
        readonly gone: readonly BranchId[];
        readonly path: readonly string[];
    }

    const given = (trace: Trace, order: string): number => trace.orders.filter((each) => each.startsWith(order)).length;

    const step = (before: Trace, event: ForkEvent): Trace => {
        const { state, effects } = reduceFork(before.state, event);
        const isGone = event.kind === "branchEnded" && !before.gone.includes(event.branch);
        return {
            state,
            orders: [...before.orders, ...effects.map(written)],
            gone: isGone ? [...before.gone, event.branch] : before.gone,
            path: [...before.path, "branch" in event ? `${event.kind} ${event.branch}` : event.kind],
        };
    };

    const settled = (trace: Trace): readonly BranchId[] => {
        if (trace.state.phase === "over") return [0, 1];
        return trace.state.phase === "answered" ? [1 - trace.state.winner] : [];
    };

    const fault = (trace: Trace): string | undefined => {
        for (const order of [
            "reportRinging",
            "reportAnswered",
            "reportEnded",
            "offerBranch 0",
            "offerBranch 1",
            "allocateMedia 0",
        ])
            if (given(trace, order) > 1) return `${order} twice`;
        const reports = trace.orders.filter((order) => /^report(Answered|Ended)/.test(order));
        if (reports[0]?.startsWith("reportEnded") === true && reports.length > 1) return "answered after the end";
        for (const branch of settled(trace)) {
            const wasAsked = given(trace, `allocateMedia ${branch}`) > 0;
            if (wasAsked && given(trace, `releaseMedia ${branch}`) === 0) return `media of ${branch} not freed`;
            const rings = given(trace, `offerBranch ${branch}`) > 0 && !trace.gone.includes(branch);
            if (rings && given(trace, `endBranch ${branch}`) === 0) return `${branch} rings on`;
        }
        if (trace.state.phase === "ringing" && trace.state.branches.every(({ phase }) => phase === "over"))
            return "nobody rings, and the call is not told";
        return undefined;
    };

    it("keeps every invariant", () => {
        let steps = 0;
        const walk = (trace: Trace, depth: number): void => {
            for (const event of depth === 0 ? [] : everyEvent) {
                const next = step(trace, event);
                const isNews = next.state !== trace.state || next.orders.length > trace.orders.length;
                const found = fault(next);
                if (found !== undefined) expect.fail(`${found}: ${next.path.join(" → ")}`);
                if (event.kind === "branchAnswered" && trace.state.phase === "over" && !isNews)
                    expect.fail(`zombie: ${next.path.join(" → ")}`);
                if (!isNews) continue;
                steps++;
                walk(next, depth - 1);
            }
        };
        walk({ state: openFork(2), orders: [], gone: [], path: [] }, 6);
        expect(steps).toBeGreaterThan(10_000);
    });
});
