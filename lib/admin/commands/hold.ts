import type { AnyCommand } from "../Command.ts";
import { inCall } from "./shared/inCall.ts";

export const hold: AnyCommand = inCall({
    name: "hold",
    summary: "Puts the call in this room on hold: the other side hears music, and you hear nothing.",
    arguments: {},
    examples: ["hold"],
    action: (_, verbs, callId) => verbs.hold?.(callId),
    otherwise: "Use the hold button of your client.",
});
