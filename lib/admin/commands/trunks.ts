import { textAnswer } from "../Answer.ts";
import type { TrunkStatus } from "../Administration.ts";
import { defineCommand } from "../Command.ts";
import { countText } from "../describe.ts";

export const trunks = defineCommand({
    name: "trunks",
    level: "operator",
    effect: "inspect",
    summary: "Lists the trunks with their state.",
    arguments: {},
    examples: ["trunks"],
    run: (_, { administration }) => {
        const all = administration.trunks.all();
        if (all.length === 0) return textAnswer("No trunk is configured.", []);
        return { blocks: [{ kind: "list", items: all.map(trunkLine) }], data: all };
    },
});

/** A trunk in one line. */
export function trunkLine({ name, state, addresses, registration, liveCalls }: TrunkStatus): string {
    const up = addresses.filter((address) => address.state === "up").length;
    const registered = registration === "none" ? "" : registration === "up" ? ", registered" : ", NOT registered";
    return `${name}: ${state}, ${up} of ${addresses.length} addresses up${registered}, ${countText(liveCalls, "call")}`;
}
