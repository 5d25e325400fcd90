import { z } from "zod";
import type { IncomingRequest } from "../SipStack.ts";

const notice = z.object({
    dialogs: z.array(z.string()),
    transactions: z.array(
        z.object({
            id: z.string(),
            direction: z.enum(["inbound", "outbound"]),
            method: z.string(),
            callId: z.string(),
        }),
    ),
    more: z.boolean(),
});

/** What the embedded SIP server still holds of the previous connection. */
export type HeldNotice = z.infer<typeof notice>;

/**
 * Reads the notice of the embedded SIP server about the dialogs and transactions that it holds for the bridge, or returns
 * undefined if the request is something else. docs/design/sip-server.md describes it; only the server can send it.
 */
export function heldDialogsOf({ method, origin, headers, body }: IncomingRequest): HeldNotice | undefined {
    if (origin !== "server" || method !== "NOTIFY" || headers.get("event") !== "held-dialogs") return undefined;
    return notice.parse(JSON.parse(body));
}
