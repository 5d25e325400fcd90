import type { Administration } from "../Administration.ts";
import { failed, type Outcome, textAnswer } from "../Answer.ts";
import { defineCommand, reaches } from "../Command.ts";
import { callHere, inTheCall } from "./shared/inCall.ts";

/** One word for both: what goes on is the call in the room, or the service. */
export const resume = defineCommand({
    name: "resume",
    aliases: ["unhold", "undrain"],
    level: "user",
    effect: "act",
    summary: "Resumes the call in this room after hold.",
    details:
        "A hold by the button of your client is ended by that button. Where you have no call, and are an operator, the bridge accepts new calls again after drain.",
    arguments: {},
    examples: ["resume"],
    run: (_, context) => {
        const callId = callHere(context);
        if (callId !== undefined) return inTheCall(resumesCalls, {}, context, callId);
        if (reaches(context.invoker.level, "operator")) return resumeService(context.administration);
        return failed("You have no call in this room.");
    },
});

const resumesCalls: Parameters<typeof inTheCall>[0] = {
    name: "resume",
    action: (_, verbs, callId) => verbs.resume?.(callId),
    otherwise: "Use the hold button of your client.",
};

function resumeService({ service }: Administration): Outcome {
    if (service.state === "accepting") return failed("The bridge accepts calls already.");
    service.resume();
    return textAnswer("The bridge accepts calls again.", { state: "accepting" });
}
