import { nearestWord } from "../../config/nearestWord.ts";
import { failed, type Outcome, textAnswer } from "../Answer.ts";
import { choice, optional, word } from "../Argument.ts";
import type { TrunkStatus } from "../Administration.ts";
import { type CommandContext, defineCommand } from "../Command.ts";
import { timeText } from "../describe.ts";
import { trunkLine } from "./shared/trunkLine.ts";

export const trunk = defineCommand({
    name: "trunk",
    level: "operator",
    effect: "act",
    summary: "Shows one trunk, switches it off or on, registers it again, or probes its addresses.",
    details:
        "A trunk that is off receives no outbound calls, also after a restart. With `both`, inbound calls from it are rejected (503) as well.",
    arguments: {
        name: word("name of the trunk", "carrier"),
        action: optional(choice("what to do with it", ["show", "on", "off", "register", "probe"])),
        calls: optional(choice("which calls off applies to; outbound if not given", ["outbound", "both"])),
    },
    examples: ["trunk carrier", "trunk carrier off", "trunk carrier off both", "trunk carrier register"],
    confirm: ({ name, action, calls }, { administration }) => {
        const found = administration.trunks.all().find((known) => known.name === name);
        if (action !== "off" || found === undefined) return undefined;
        const stopped = calls === "both" ? "No calls will go to, or be accepted from" : "No outbound calls will go to";
        return `${stopped} ${name}. Calls in progress continue: ${found.liveCalls}.`;
    },
    run: async ({ name, action = "show", calls = "outbound" }, context) => {
        const all = context.administration.trunks.all();
        const found = all.find((known) => known.name === name);
        if (found !== undefined) return act(found, { action, calls }, context);
        const nearest = nearestWord(
            name,
            all.map((known) => known.name),
        );
        return failed(
            `There is no trunk ${name}.`,
            nearest === undefined ? "Send trunks for a list." : `Did you mean ${nearest}?`,
        );
    },
});

interface TrunkOrder {
    readonly action: "show" | "on" | "off" | "register" | "probe";
    readonly calls: "outbound" | "both";
}

async function act(
    found: TrunkStatus,
    { action, calls }: TrunkOrder,
    { administration: { trunks, changes }, invoker }: CommandContext,
): Promise<Outcome> {
    const { name } = found;
    switch (action) {
        case "show":
            return shown(found);
        case "off":
            await changes.add({ kind: "trunkOff", trunk: name, calls, by: invoker.name });
            return textAnswer(
                `Trunk ${name} is off${calls === "both" ? " for calls in both directions" : ""}: outbound calls use other trunks, or fail. Send trunk ${name} on to undo.`,
            );
        case "on":
            for (const change of changes.all()) {
                if (change.kind === "trunkOff" && change.trunk === name) await changes.undo(change.id);
            }
            return textAnswer(`Trunk ${name} is on.`);
        case "register":
            if (trunks.register(name)) return textAnswer(`Registering at ${name}. Send trunk ${name} for the result.`);
            return failed(
                `The bridge does not register at ${name}.`,
                "Set register: true for it in the configuration.",
            );
        case "probe":
            if (trunks.probe(name)) return textAnswer(`OPTIONS sent to ${name}. Send trunk ${name} for the result.`);
            return failed(`${name} is not probed.`, "Set probeSeconds for it in the configuration.");
    }
}

function shown(found: TrunkStatus): Outcome {
    const items = found.addresses.map(({ address, state, since }) => `${address} ${state} since ${timeText(since)}`);
    const prefixes = found.prefixes.map((prefix) => (prefix === "" ? "all numbers" : prefix)).join(", ");
    return {
        blocks: [
            { kind: "text", text: trunkLine(found) },
            { kind: "list", items: [...items, `serves ${prefixes === "" ? "no numbers" : prefixes}`] },
        ],
        data: found,
    };
}
