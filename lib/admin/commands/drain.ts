import { textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";

export const drain = defineCommand({
    name: "drain",
    level: "operator",
    effect: "act",
    summary: "Rejects new calls, so that the bridge can be stopped when the present calls have ended.",
    arguments: {},
    examples: ["drain"],
    confirm: (_, { administration }) =>
        administration.service.state === "draining"
            ? undefined
            : `New calls will be rejected. Calls in progress continue: ${administration.calls.live().length}.`,
    run: (_, { administration: { service, calls } }) => {
        service.drain();
        const left = calls.live().length;
        return textAnswer(
            left === 0
                ? "New calls are rejected, and there are no calls. The bridge can be stopped."
                : `New calls are rejected. Calls in progress: ${left}. Send status to see how many are left.`,
            { state: "draining", calls: left },
        );
    },
});
