import type { CallVerbs } from "../../Administration.ts";
import { failed, type Outcome, textAnswer } from "../../Answer.ts";
import type { Arguments, ValuesOf } from "../../Argument.ts";
import { type AnyCommand, type CommandContext, defineCommand } from "../../Command.ts";

/** What a command does to a call. */
interface CallAction<Declared extends Arguments> {
    readonly name: string;
    /** The result, what is wrong with the values, or undefined if the bridge cannot do it. */
    readonly action: (
        values: ValuesOf<Declared>,
        verbs: CallVerbs,
        callId: string,
    ) => Promise<"done" | "failed"> | string | undefined;
    /** What to do instead. */
    readonly otherwise: string;
}

interface InCallCommand<Declared extends Arguments> extends CallAction<Declared> {
    readonly summary: string;
    readonly arguments: Declared;
    readonly examples: readonly string[];
}

/** Declares a command about the call in the room in which it is given. */
export function inCall<const Declared extends Arguments>(command: InCallCommand<Declared>): AnyCommand {
    const { name, summary, arguments: declared, examples } = command;
    return defineCommand<Declared>({
        name,
        level: "user",
        effect: "act",
        summary,
        arguments: declared,
        examples,
        run: async (values, context) => {
            const callId = callHere(context);
            if (callId === undefined) return failed("You have no call in this room.");
            return await inTheCall(command, values, context, callId);
        },
    });
}

/** Does something to a call, and answers the command. */
export async function inTheCall<const Declared extends Arguments>(
    { name, action, otherwise }: CallAction<Declared>,
    values: ValuesOf<Declared>,
    { administration }: CommandContext,
    callId: string,
): Promise<Outcome> {
    const result = await action(values, administration.calls.verbs, callId);
    if (result === undefined) return failed(`${name} is not possible by command yet.`, otherwise);
    if (result === "done") return textAnswer("Done.");
    return failed(result === "failed" ? `${name} failed.` : result, otherwise);
}

/** The call of the invoker in the room in which the command was given. */
export function callHere({ administration: { calls }, invoker: { roomId, user } }: CommandContext): string | undefined {
    const isMine = (party: { kind: string; user?: string }): boolean => party.kind === "user" && party.user === user;
    return calls.live().find((live) => live.roomId === roomId && (isMine(live.caller) || isMine(live.callee)))?.callId;
}
