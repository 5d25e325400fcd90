import { word } from "../Argument.ts";
import type { AnyCommand } from "../Command.ts";
import { inCall } from "./shared/inCall.ts";

export const keys: AnyCommand = inCall({
    name: "keys",
    summary: "Presses keys on the other phone, for menus and voicemail.",
    arguments: { digits: word("digits, * and #", "1234#") },
    examples: ["keys 1234#"],
    action: ({ digits }, verbs, callId) =>
        /^[0-9*#A-Da-d]{1,32}$/.test(digits) ? verbs.sendDigits?.(callId, digits) : "Keys are digits, * and #.",
    otherwise: "Use the keypad of your client.",
});
