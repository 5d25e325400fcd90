import { restOfLine } from "../Argument.ts";
import type { AnyCommand } from "../Command.ts";
import { inCall } from "./shared/inCall.ts";

export const transfer: AnyCommand = inCall({
    name: "transfer",
    summary: "Transfers the call in this room to a number or user.",
    arguments: { to: restOfLine("number, SIP address or Matrix user", "2001") },
    examples: ["transfer 2001"],
    action: ({ to }, verbs, callId) => verbs.transfer?.(callId, to),
    otherwise: "Call the other party from your client instead.",
});
