import { z } from "zod";
import type { HomeserverReply } from "./HomeserverError.ts";

/**
 * What the framework's client throws: an error with the homeserver's own words, the bare HTTP response if those are
 * not JSON, or the system's error if there was no answer. None of its classes are exported.
 */
const thrown = z.object({
    statusCode: z.number().optional().catch(undefined),
    errcode: z.string().optional().catch(undefined),
    retryAfterMs: z.number().optional().catch(undefined),
    code: z.string().optional().catch(undefined),
    body: z
        .object({
            error: z.string().optional().catch(undefined),
            status: z.number().optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
});

/** The message, the reply and the cause of a `HomeserverError` for what the framework's client threw. */
export function readReply(reason: unknown): [message: string, reply: HomeserverReply, options: ErrorOptions] {
    const { statusCode, errcode, retryAfterMs, code, body } = thrown.safeParse(reason).data ?? {};
    const reply = { status: statusCode, errcode, retryAfterMs, pingedStatus: body?.status };
    if (statusCode === undefined) {
        return [`no answer from the homeserver (${code ?? "unknown error"})`, reply, { cause: reason }];
    }
    const words = [errcode, body?.error].filter((word) => word !== undefined).join(": ");
    // the bare response is a socket and all that hangs on it: not kept
    return [`the homeserver answered ${statusCode}${words === "" ? "" : ` ${words}`}`, reply, {}];
}
