import { failed } from "../Answer.ts";
import { word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";

export const number = defineCommand({
    name: "number",
    level: "operator",
    effect: "inspect",
    summary: "Shows how a number is read, whom an inbound call to it reaches, and which trunks serve it.",
    arguments: { number: word("a number or SIP address, as it is dialled", "020 7183 8750") },
    examples: ["number +442071838750", "number 2001"],
    run: ({ number: text }, { administration }) => {
        const found = administration.routing.number(text);
        if (found === undefined)
            return failed(`"${text}" is neither a phone number nor a SIP address.`, "Write it with the country code.");
        return {
            blocks: [
                {
                    kind: "facts",
                    facts: [
                        ["Read as", found.canonical],
                        ["Inbound calls reach", found.reaches ?? "no user (404)"],
                        ["Outbound by", found.outboundTrunks.join(", ") || "no trunk"],
                    ],
                },
            ],
            data: found,
        };
    },
});
