import type { CallVerbs } from "../Administration.ts";
import { failed, type Outcome, textAnswer } from "../Answer.ts";
import { type Arguments, restOfLine, type ValuesOf, word } from "../Argument.ts";
import { type AnyCommand, type CommandContext, defineCommand } from "../Command.ts";

/** Commands about the call in the room in which they are given. */
export const keys: AnyCommand = inCall({
    name: "keys",
    summary: "Presses keys on the other phone, for menus and voicemail.",
    arguments: { digits: word("digits, * and #", "1234#") },
    examples: ["keys 1234#"],
    action: ({ digits }, verbs, callId) =>
        /^[0-9*#A-Da-d]{1,32}$/.test(digits) ? verbs.sendDigits?.(callId, digits) : "Keys are digits, * and #.",
    otherwise: "Use the keypad of your client.",
});

export const hold: AnyCommand = inCall({
    name: "hold",
    summary: "Puts the call in this room on hold: the other side hears music, and you hear nothing.",
    arguments: {},
    examples: ["hold"],
    action: (_, verbs, callId) => verbs.hold?.(callId),
    otherwise: "Use the hold button of your client.",
});

export const transfer: AnyCommand = inCall({
    name: "transfer",
    summary: "Transfers the call in this room to a number or user.",
    arguments: { to: restOfLine("number, SIP address or Matrix user", "2001") },
    examples: ["transfer 2001"],
    action: ({ to }, verbs, callId) => verbs.transfer?.(callId, to),
    otherwise: "Call the other party from your client instead.",
});

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

function inCall<const Declared extends Arguments>(command: InCallCommand<Declared>): AnyCommand {
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
