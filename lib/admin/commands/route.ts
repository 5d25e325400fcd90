import { failed } from "../Answer.ts";
import { word } from "../Argument.ts";
import type { Administration, RouteStatus } from "../Administration.ts";
import { defineCommand } from "../Command.ts";

export const route = defineCommand({
    name: "route",
    level: "operator",
    effect: "inspect",
    summary: "Shows where a call would go, or why it would be rejected, without placing it.",
    arguments: {
        from: word("Matrix user who calls", "@alice:matrix.example"),
        to: word("number or SIP address that is called", "+442071838750"),
    },
    examples: ["route @alice:matrix.example +442071838750"],
    run: ({ from, to }, { administration }) => {
        const found = administration.routing.route(from, to);
        if (found === undefined)
            return failed(`"${from}" is not a Matrix user ID, or "${to}" is not a number or SIP address.`);
        const rejected = rejectionOf(from, administration);
        const verdict = rejected === undefined ? found : ({ kind: "rejected", reason: rejected } as const);
        return { blocks: [{ kind: "facts", facts: [["From", from], ["To", to], ...factsOf(verdict)] }], data: verdict };
    },
});

/** Why the bridge would reject every call of a user at present. */
function rejectionOf(user: string, { service, changes }: Administration): string | undefined {
    if (service.state === "draining") return "the bridge drains; send resume to accept calls again";
    const block = changes.all().find((change) => change.kind === "block" && change.party === user);
    return block === undefined
        ? undefined
        : `calls from ${user} are blocked; send undo ${block.id} to accept them again`;
}

function factsOf(found: RouteStatus): [string, string][] {
    switch (found.kind) {
        case "trunk":
            return [
                ["Read as", found.callee],
                ["Trunks", found.trunks.join(", then ")],
                ["Caller ID", found.callerId ?? "none"],
            ];
        case "phone":
            return [["Registered phones", `${found.registered} of account ${found.account}`]];
        case "matrix":
            return [["Reaches", found.user]];
        case "rejected":
            return [["Rejected", found.reason]];
    }
}
