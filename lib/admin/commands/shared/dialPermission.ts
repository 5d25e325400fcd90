import { failed, textAnswer } from "../../Answer.ts";
import { duration, introducedBy, optional, word } from "../../Argument.ts";
import { type AnyCommand, defineCommand } from "../../Command.ts";
import { spanText } from "../../describe.ts";

const ARGUMENTS = {
    user: word("Matrix user, or a pattern such as @*:matrix.example", "@alice:matrix.example"),
    pattern: word("number, SIP address, or a pattern such as +44*", "+44*"),
    time: optional(introducedBy("for", duration("how long; without it, until undone", "2h"))),
};

/** Declares `allow` and `deny`, which differ in their effect only. */
export function dialPermission(name: "allow" | "deny", summary: string, effect: string): AnyCommand {
    return defineCommand({
        name,
        level: "admin",
        effect: "act",
        summary,
        arguments: ARGUMENTS,
        examples: [`${name} @alice:matrix.example +44*`, `${name} @alice:matrix.example +44* for 2h`],
        confirm: ({ user, pattern }) =>
            name === "allow" && pattern === "*"
                ? `${user} will be able to call every number, at any price.`
                : undefined,
        run: async ({ user, pattern, time }, { administration: { routing, changes }, invoker, now }) => {
            const fault = routing.faultOfRule(user, pattern);
            if (fault !== undefined) return failed(fault);
            const until = time === undefined ? {} : { until: now + time };
            const { id } = await changes.add({ kind: name, user, pattern, by: invoker.name, ...until });
            const forTime = time === undefined ? "" : ` for ${spanText(time)}`;
            return textAnswer(`${user} ${effect} ${pattern}${forTime}. Send undo ${id} to undo.`);
        },
    });
}
