import { parseMatrixUserId } from "../../numbering/MatrixUserId.ts";
import { failed, textAnswer } from "../Answer.ts";
import { word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";

export const map = defineCommand({
    name: "map",
    level: "admin",
    effect: "act",
    summary: "Lets calls to a number reach a Matrix user.",
    arguments: {
        number: word("number that is called", "+442071838750"),
        user: word("Matrix user whom it reaches", "@alice:matrix.example"),
    },
    examples: ["map +442071838750 @alice:matrix.example"],
    run: async ({ number, user }, { administration: { routing, changes }, invoker }) => {
        const found = routing.number(number);
        if (found === undefined) return failed(`"${number}" is not a phone number.`, "Write it with the country code.");
        if (parseMatrixUserId(user) === undefined)
            return failed(`"${user}" is not a Matrix user ID.`, "Write it as @name:server.");
        const { canonical, reaches } = found;
        const { id } = await changes.add({ kind: "map", phoneNumber: canonical, user, by: invoker.name });
        const before = reaches === undefined || reaches === user ? "" : ` instead of ${reaches}`;
        return textAnswer(`Calls to ${canonical} reach ${user}${before}. Send undo ${id} to undo.`);
    },
});
