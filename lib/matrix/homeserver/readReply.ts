import { z } from "zod";
import type { HomeserverReply } from "./HomeserverError.ts";

/**
 * The framework's client throws an error with the homeserver's error code, the plain HTTP response if the body is not
 * JSON, or the system's error if there was no response. It exports none of their classes.
 */
const thrown = z.object({
    statusCode: z.number().optional().catch(undefined),
    errcode: z.string().optional().catch(undefined),
    retryAfterMs: z.number().nonnegative().optional().catch(undefined),
    code: z.string().optional().catch(undefined),
    headers: z
        .object({ "retry-after": z.string().optional().catch(undefined) })
        .optional()
        .catch(undefined),
    body: z
        .object({
            error: z.string().optional().catch(undefined),
            status: z.number().optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
});

/** Returns the message, the reply and the cause of a `HomeserverError` for what the framework's client threw. */
export function readReply(reason: unknown): [message: string, reply: HomeserverReply, options: ErrorOptions] {
    const { statusCode, errcode, retryAfterMs, code, body, headers } = thrown.safeParse(reason).data ?? {};
    const reply = {
        status: statusCode,
        errcode,
        retryAfterMs: retryAfterMs ?? retryAfterIn(headers?.["retry-after"]),
        pingedStatus: body?.status,
    };
    if (statusCode === undefined) {
        return [`no response from the homeserver (${code ?? "unknown error"})`, reply, { cause: reason }];
    }
    const words = [errcode, body?.error].filter((word) => word !== undefined).join(": ");
    // the response object keeps its socket, so it is not stored as the cause
    return [`the homeserver responded with ${statusCode}${words === "" ? "" : ` ${words}`}`, reply, {}];
}

/** Retry-After in seconds (RFC 9110, section 10.2.3) as ms. Dates are ignored: they need equal clocks. */
function retryAfterIn(header: string | undefined): number | undefined {
    return header !== undefined && /^[0-9]{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
