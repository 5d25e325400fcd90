import { failed, textAnswer } from "../Answer.ts";
import { optional, word } from "../Argument.ts";
import { type CommandContext, defineCommand, reaches } from "../Command.ts";
import { countText } from "../describe.ts";

export const hangup = defineCommand({
    name: "hangup",
    level: "user",
    effect: "act",
    summary: "Ends the call in this room; operators can end any call, or all.",
    arguments: { call: optional(word("id of a call, or all (operators)", "9f8a2c0d1e2f3a4b5c6d7e8f")) },
    examples: ["hangup", "hangup 9f8a2c0d1e2f3a4b5c6d7e8f", "hangup all"],
    confirm: ({ call }, { administration, invoker }) => {
        const live = administration.calls.live().length;
        const isAsked = call === "all" && live > 0 && reaches(invoker.level, "operator");
        return isAsked ? `This ends ${countText(live, "call")}.` : undefined;
    },
    run: ({ call }, context) => {
        if (call === undefined) return hangUpHere(context);
        if (!reaches(context.invoker.level, "operator")) {
            return failed("Only operators can end other calls.", "Send hangup in the room of your call.");
        }
        const { calls } = context.administration;
        if (call !== "all") {
            return calls.hangUp(call)
                ? textAnswer(`Call ${call} was ended.`)
                : failed(`There is no call ${call}.`, "Send calls for ids.");
        }
        const ended = calls.live().filter(({ callId }) => calls.hangUp(callId)).length;
        const text = ended === 0 ? "There are no calls." : `${countText(ended, "call")} ended.`;
        return textAnswer(text, { ended });
    },
});

/** A user can end calls of the room in which the command was given: its members can do so by the client as well. */
function hangUpHere({ administration: { calls }, invoker: { roomId, user } }: CommandContext) {
    const here = calls.live().filter((live) => live.roomId === roomId && isParty(live, user));
    const ended = here.filter(({ callId }) => calls.hangUp(callId));
    return ended.length > 0 ? textAnswer("The call was ended.") : failed("There is no call in this room.");
}

function isParty(
    live: ReturnType<CommandContext["administration"]["calls"]["live"]>[number],
    user: string | undefined,
): boolean {
    return [live.caller, live.callee].some((party) => party.kind === "user" && party.user === user);
}
