import { failed, type Outcome } from "../Answer.ts";
import { optional, word } from "../Argument.ts";
import type { TestCallReport } from "../Administration.ts";
import { type CommandContext, defineCommand } from "../Command.ts";
import type { TestCallVerdict } from "../testCall/TestCalls.ts";

export const testcall = defineCommand({
    name: "testcall",
    level: "admin",
    effect: "act",
    summary: "Places a real call with a tone, and shows whether audio passes both ways.",
    details:
        "Call a number that echoes audio: then the tone comes back, which proves both directions. Without a number, control.echoNumber is called. Any other number shows one direction at most. The carrier can charge for the call.",
    arguments: {
        trunk: optional(word("trunk to call by; without it, the dial plan chooses", "carrier")),
        number: optional(word("number or SIP address to call", "+442071838750")),
    },
    examples: ["testcall", "testcall carrier", "testcall carrier +442071838750"],
    confirm: (values, context) => {
        const plan = context.administration.testCalls.plan(orderOf(values, context));
        return plan.kind === "planned"
            ? `This places a real call to ${plan.number} by trunk ${plan.trunks[0]}, which can cost money.`
            : undefined;
    },
    run: async (values, context) => {
        const { user } = context.invoker;
        const order = { ...orderOf(values, context), ...(user !== undefined && { user }) };
        return described(await context.administration.testCalls.place(order));
    },
});

/** A single word is a number, unless a trunk has that name. */
function orderOf(
    { trunk, number }: { readonly trunk?: string | undefined; readonly number?: string | undefined },
    { administration }: CommandContext,
): { readonly trunk?: string; readonly number?: string } {
    const isTrunk = administration.trunks.all().some(({ name }) => name === trunk);
    if (trunk !== undefined && number === undefined && !isTrunk) return { number: trunk };
    return { ...(trunk !== undefined && { trunk }), ...(number !== undefined && { number }) };
}

const VERDICTS: Readonly<Record<TestCallVerdict, string>> = {
    bothWays: "Audio passes both ways: the tone came back.",
    oneWay: "Audio arrives from the trunk, but the tone did not come back. Call a number that echoes audio to test the other direction.",
    none: "No audio arrives from the trunk. Check the firewall and the addresses in the SDP: send trace with the call id.",
    inconclusive: "The test is inconclusive.",
};

function described(report: TestCallReport): Outcome {
    if (report.kind === "impossible") return failed(report.reason, report.advice);
    const { number, trunk, result } = report;
    const { callId, verdict, endedBy, cause, answered, heard } = result;
    const ending = answered === "no" ? `The call was not answered: ${cause}.` : `The call ended too early: ${cause}.`;
    const text =
        verdict === "inconclusive" && endedBy === "other" ? `${VERDICTS[verdict]} ${ending}` : VERDICTS[verdict];
    return {
        blocks: [
            { kind: "text", text },
            {
                kind: "facts",
                facts: [
                    ["Called", `${number} by trunk ${trunk}`],
                    ["Answered", answered],
                    ["Packets received", `${heard.packets}, ${heard.audiblePackets} of them audible`],
                    ["Call", callId],
                ],
            },
        ],
        data: { number, trunk, ...result },
    };
}
