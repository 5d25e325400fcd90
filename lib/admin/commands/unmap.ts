import { failed, textAnswer } from "../Answer.ts";
import { word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";

export const unmap = defineCommand({
    name: "unmap",
    level: "admin",
    effect: "act",
    summary: "Stops calls to a number from reaching a Matrix user.",
    arguments: { number: word("number that is called", "+442071838750") },
    examples: ["unmap +442071838750"],
    run: async ({ number }, { administration: { routing, changes }, invoker }) => {
        const found = routing.number(number);
        if (found === undefined) return failed(`"${number}" is not a phone number.`, "Write it with the country code.");
        if (found.reaches === undefined) return failed(`No user is reached by ${found.canonical}.`);
        const { id } = await changes.add({ kind: "map", phoneNumber: found.canonical, user: null, by: invoker.name });
        return textAnswer(`Calls to ${found.canonical} are rejected. Send undo ${id} to undo.`);
    },
});
