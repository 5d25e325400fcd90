import type { CallId, EndCause } from "../../call/vocabulary.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { MediaTransport } from "../../call/vocabulary.ts";
import type { CallIntake } from "../../ports/CallIntake.ts";
import type { LegReport } from "../../ports/CallLeg.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { HeardAudio, OpenTestTone, TestTone } from "../../ports/TestTone.ts";
import { TestCallLeg } from "./TestCallLeg.ts";

export interface TestCallsParts {
    readonly intake: CallIntake;
    readonly newCallId: () => CallId;
    readonly openTone: OpenTestTone;
    readonly mediaOf: (trunk: string) => MediaTransport;
    readonly clock: Clock;
}

export interface TestCallOrder {
    /** On whose behalf the trunk is called: decides about caller ID and limits. */
    readonly caller: MatrixUserId;
    readonly callee: RemoteParty;
    /** Trunks to try, best first. */
    readonly trunks: readonly [string, ...string[]];
}

/**
 * What a test call showed. `bothWays`: the tone came back. `oneWay`: other audio came back, so whether the called party
 * received the tone is not known. `none`: no audio came back. `inconclusive`: the call ended too early to tell.
 */
export type TestCallVerdict = "bothWays" | "oneWay" | "none" | "inconclusive";

export interface TestCallResult {
    readonly callId: string;
    readonly verdict: TestCallVerdict;
    /** Whether and why the call ended before the bridge ended it. */
    readonly endedBy: "bridge" | "other";
    readonly cause: EndCause;
    readonly answered: "yes" | "no";
    readonly heard: HeardAudio;
}

/** How long the called number can ring, in ms, and how long the bridge listens after the answer. */
const RING_MS = 18_000;
const LISTEN_MS = 6_000;
const CHECK_MS = 200;
/** Half a second of audio; less is a click. */
const LEAST_AUDIBLE = 25;
const POLICY = { ringMs: RING_MS, maxDurationMs: RING_MS + 2 * LISTEN_MS };

/** Places calls that test a trunk: the bridge is the caller, sends a tone, and measures what comes back. */
export class TestCalls {
    readonly #parts: TestCallsParts;
    #state: "idle" | "busy" = "idle";

    constructor(parts: TestCallsParts) {
        this.#parts = parts;
    }

    /** Resolves to the result when the call is over; to `busy` while another test call goes on. Rejects without a port. */
    async place(order: TestCallOrder): Promise<TestCallResult | "busy"> {
        if (this.#state === "busy") return "busy";
        this.#state = "busy";
        try {
            const tone = await this.#parts.openTone();
            try {
                return await this.#call(order, tone);
            } finally {
                tone.close();
            }
        } finally {
            this.#state = "idle";
        }
    }

    #call({ caller, callee, trunks }: TestCallOrder, tone: TestTone): Promise<TestCallResult> {
        const { intake, newCallId, mediaOf, clock } = this.#parts;
        const callId = newCallId();
        return new Promise((resolve) => {
            let report: LegReport = () => undefined;
            let answered: TestCallResult["answered"] = "no";
            let stopTimer = (): void => undefined;
            const finish = (cause: EndCause, endedBy: TestCallResult["endedBy"]): void => {
                stopTimer();
                const heard = tone.heard();
                resolve({ callId, verdict: verdictOf(heard, endedBy, answered), endedBy, cause, answered, heard });
            };
            const listen = (leftMs: number): void => {
                if (leftMs > 0 && tone.heard().tone === "missing") {
                    stopTimer = clock.startTimer(CHECK_MS, () => listen(leftMs - CHECK_MS));
                    return;
                }
                report({ kind: "ended", cause: "hungUp" });
                finish("hungUp", "bridge");
            };
            const leg = new TestCallLeg(
                tone,
                () => {
                    answered = "yes";
                    listen(LISTEN_MS);
                },
                (cause) => finish(cause, "other"),
            );
            const [trunk] = trunks;
            const target = { network: "sip", media: mediaOf(trunk), callee, caller, trunks } as const;
            const opened = intake.open({
                callId,
                origin: leg,
                originMedia: "rtp",
                offer: tone.offer,
                ring: [{ targets: [target], forMs: RING_MS }],
                policy: POLICY,
            });
            if ("refused" in opened) finish(opened.refused, "other");
            else report = opened.report;
        });
    }
}

function verdictOf(
    { audiblePackets, tone }: HeardAudio,
    endedBy: TestCallResult["endedBy"],
    answered: TestCallResult["answered"],
): TestCallVerdict {
    if (tone === "returned") return "bothWays";
    if (answered === "no") return "inconclusive";
    if (audiblePackets >= LEAST_AUDIBLE) return "oneWay";
    return endedBy === "bridge" ? "none" : "inconclusive";
}
