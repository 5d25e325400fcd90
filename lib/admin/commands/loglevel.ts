import { textAnswer } from "../Answer.ts";
import { choice, integer, optional } from "../Argument.ts";
import { defineCommand } from "../Command.ts";
import { countText } from "../describe.ts";

const MINUTE_MS = 60_000;

export const loglevel = defineCommand({
    name: "loglevel",
    level: "admin",
    effect: "act",
    summary: "Changes how much the bridge logs, for some minutes or until the next restart.",
    details: "The level debug contains phone numbers and session descriptions.",
    arguments: {
        level: choice("least important level that is written", ["error", "warn", "info", "debug"]),
        minutes: optional(integer("minutes after which the configured level applies again", [1, 1_440], 10)),
    },
    examples: ["loglevel debug 10", "loglevel info"],
    run: ({ level, minutes }, { administration: { service } }) => {
        service.setLogLevel(level, minutes === undefined ? undefined : minutes * MINUTE_MS);
        return textAnswer(
            `The log level is ${level}${minutes === undefined ? " until the next restart" : ` for ${countText(minutes, "minute")}`}.`,
        );
    },
});
