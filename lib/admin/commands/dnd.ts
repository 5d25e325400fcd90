import { failed, textAnswer } from "../Answer.ts";
import { duration, introducedBy, optional, word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";
import { spanText } from "../describe.ts";

const TIME = duration("how long", "2h");

export const dnd = defineCommand({
    name: "dnd",
    level: "user",
    effect: "act",
    summary: "Stops phone calls from ringing you, for some time or until you send dnd off.",
    arguments: { time: optional(introducedBy("for", word("how long, such as 2h, or off", "2h"))) },
    examples: ["dnd", "dnd for 2h", "dnd off"],
    run: async ({ time }, { administration: { changes }, invoker: { user, name }, now }) => {
        if (user === undefined) return failed("This command needs a Matrix user.");
        if (time === "off") {
            const found = changes.all().find((change) => change.kind === "doNotDisturb" && change.user === user);
            if (found !== undefined) await changes.undo(found.id);
            return textAnswer("Phone calls ring you again.");
        }
        const parsed = time === undefined ? undefined : TIME.parse(time);
        if (parsed !== undefined && "fault" in parsed)
            return failed(`time ${parsed.fault}, not "${time ?? ""}".`, "Usage: dnd [for time]");
        const until = parsed === undefined ? {} : { until: now + parsed.value };
        await changes.add({ kind: "doNotDisturb", user, by: name, ...until });
        const forTime = parsed === undefined ? "until you send dnd off" : `for ${spanText(parsed.value)}`;
        return textAnswer(`Phone calls don't ring you ${forTime}. Callers hear that you are busy.`);
    },
});
