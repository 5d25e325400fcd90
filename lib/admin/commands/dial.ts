import { failed, textAnswer } from "../Answer.ts";
import { restOfLine } from "../Argument.ts";
import { defineCommand } from "../Command.ts";

export const dial = defineCommand({
    name: "dial",
    aliases: ["call-number"],
    level: "user",
    effect: "act",
    summary: "Opens the room of a number, so that you can call it from there.",
    details: "Your client places the call: press its call button in the room.",
    arguments: { number: restOfLine("number or SIP address", "+44 20 7183 8750") },
    examples: ["dial +44 20 7183 8750", "dial 2001"],
    run: async ({ number }, { administration: { routing }, invoker: { user } }) => {
        if (user === undefined) return failed("This command needs a Matrix user.", "Send it in a room with the bot.");
        const found = routing.route(user, number);
        if (found === undefined)
            return failed(
                `"${number}" is neither a phone number nor a SIP address.`,
                "Write it with the country code.",
            );
        if (found.kind === "rejected") return failed(`You can't call this number: ${found.reason}.`);
        const roomId = await routing.openRoom(user, number);
        if (roomId === undefined) return failed("The room could not be opened.", "Try again later.");
        return textAnswer(`Press the call button in this room: https://matrix.to/#/${encodeURIComponent(roomId)}`, {
            roomId,
        });
    },
});
