import { countText, spanText } from "../describe.ts";
import { defineCommand } from "../Command.ts";

export const status = defineCommand({
    name: "status",
    level: "operator",
    effect: "inspect",
    summary: "Shows whether the bridge accepts calls, and the state of each of its parts.",
    arguments: {},
    examples: ["status"],
    run: (_, { administration, now }) => {
        const parts = administration.parts();
        const down = parts.filter(({ state }) => state !== "up");
        const live = administration.calls.live();
        const connected = live.filter(({ answeredAt }) => answeredAt !== undefined).length;
        const facts = [
            [
                "Service",
                administration.service.state === "accepting" ? "accepts calls" : "draining: new calls are rejected",
            ],
            ["Calls", `${connected} connected, ${live.length - connected} being set up`],
            ["Running for", spanText(now - administration.startedAt)],
            ["Parts", down.length === 0 ? `all ${parts.length} up` : `${down.length} of ${parts.length} not up`],
        ] as const;
        const items = parts.map(({ name, state, since, reason, outages }) => {
            const why = reason === undefined ? "" : `: ${reason}`;
            const often = outages === 0 ? "" : `, ${countText(outages, "outage")} since the start`;
            return `${state === "up" ? "✓" : "✗"} ${name} ${state} for ${spanText(now - since)}${often}${why}`;
        });
        return {
            blocks: [{ kind: "facts", facts }, ...(items.length > 0 ? [{ kind: "list", items } as const] : [])],
            data: { service: administration.service.state, calls: live.length, connected, parts },
        };
    },
});
