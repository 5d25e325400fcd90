import type { TestCallControl, TestCallPlan } from "../../admin/Administration.ts";
import { TestCalls } from "../../admin/testCall/TestCalls.ts";
import { numberingOf } from "../../config/numberingOf.ts";
import type { Config } from "../../config/Config.generated.ts";
import { newCallId } from "../../desk/newCallId.ts";
import { UdpTestTone } from "../../media/testTone/UdpTestTone.ts";
import type { LiveDialPlan } from "../../numbering/LiveDialPlan.ts";
import { type MatrixUserId, parseMatrixUserId } from "../../numbering/MatrixUserId.ts";
import { parseRemoteParty, type RemoteParty } from "../../numbering/RemoteParty.ts";
import type { CallIntake } from "../../ports/CallIntake.ts";
import { systemClock } from "../../telemetry/systemClock.ts";
import { trunkMediaOf } from "../trunkMediaOf.ts";

export interface TestCallControlParts {
    readonly config: Config;
    readonly dialPlan: LiveDialPlan;
    readonly gate: CallIntake;
    /** The bot, which calls on behalf of the HTTP API. */
    readonly bot: MatrixUserId | undefined;
}

type Planned = Extract<TestCallPlan, { readonly kind: "planned" }> & { readonly callee: RemoteParty };
type Impossible = Extract<TestCallPlan, { readonly kind: "impossible" }>;

/** Test calls over the live objects of the bridge. */
export function testCallControl(parts: TestCallControlParts): TestCallControl {
    const { config, gate, bot } = parts;
    const { media } = config;
    const trunkMedia = trunkMediaOf(config);
    const [engine] = media === "none" ? [] : media.rtpengine;
    const testCalls = new TestCalls({
        intake: gate,
        newCallId,
        openTone: () => UdpTestTone.open(engine ?? { host: "127.0.0.1", port: 1 }),
        mediaOf: (trunk) => trunkMedia([trunk]).media,
        clock: systemClock,
    });
    return {
        plan: (order) => planOf(order, parts),
        place: async ({ user, ...order }) => {
            const plan = planOf(order, parts);
            if (plan.kind === "impossible") return plan;
            const { callee, trunks, number } = plan;
            const caller = (user === undefined ? undefined : parseMatrixUserId(user)) ?? bot;
            if (caller === undefined)
                return impossible("No Matrix user places the call.", "Send the command in a room.");
            const result = await testCalls.place({ caller, callee, trunks });
            if (result === "busy")
                return impossible("Another test call is in progress.", "Try again in half a minute.");
            return { kind: "called", number, trunk: trunks[0], result };
        },
    };
}

function planOf(
    { trunk, number }: { readonly trunk?: string; readonly number?: string },
    { config, dialPlan }: TestCallControlParts,
): Planned | Impossible {
    if (config.media === "none") {
        return impossible(
            "Test calls need rtpengine, and the configuration has media: none.",
            "Call from a client instead.",
        );
    }
    const text = number ?? config.control.echoNumber;
    if (text === undefined) {
        return impossible(
            "Neither a number was given nor control.echoNumber is set.",
            "Usage: testcall [trunk] [number]",
        );
    }
    const callee = parseRemoteParty(text, numberingOf(config));
    if (callee === undefined || callee.kind === "anonymous") {
        return impossible(`"${text}" is neither a phone number nor a SIP address.`, "Write it with the country code.");
    }
    const [first, ...others] = trunk === undefined ? dialPlan.trunksFor(callee) : [trunk];
    const isKnown = config.trunks.some(({ name }) => name === first);
    if (first === undefined) return impossible(`No trunk serves ${text}.`, "Name a trunk: testcall <trunk> <number>");
    if (!isKnown) return impossible(`There is no trunk ${first}.`, "Send trunks for a list.");
    const shown = callee.kind === "number" ? callee.number : callee.address;
    return { kind: "planned", number: shown, trunks: [first, ...others], callee };
}

function impossible(reason: string, advice: string): Impossible {
    return { kind: "impossible", reason, advice };
}
