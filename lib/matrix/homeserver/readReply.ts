import { z } from "zod";
import type { HomeserverReply } from "./HomeserverError.ts";

/** The arguments of a `HomeserverError`. */
type ErrorParts = [message: string, reply: HomeserverReply, options: ErrorOptions];

/** An error of the client-server API ("Standard error response"), or what a proxy replied in its place. */
const errorBody = z
    .object({
        errcode: z.string().optional().catch(undefined),
        error: z.string().optional().catch(undefined),
        retry_after_ms: z.number().nonnegative().optional().catch(undefined),
        status: z.number().optional().catch(undefined),
    })
    .catch({});

export interface ErrorReply {
    readonly status: number;
    /** The header of that name. */
    readonly retryAfter: string | readonly string[] | undefined;
    readonly body: unknown;
}

/** For a reply with a status other than 2xx. */
export function readErrorReply({ status, retryAfter, body }: ErrorReply): ErrorParts {
    const { errcode, error, retry_after_ms: retryAfterMs, status: pingedStatus } = errorBody.parse(body);
    const words = [errcode, error].filter((word) => word !== undefined).join(": ");
    return [
        `the homeserver responded with ${status}${words === "" ? "" : ` ${words}`}`,
        { status, errcode, retryAfterMs: retryAfterMs ?? retryAfterIn(retryAfter), pingedStatus },
        {},
    ];
}

/** For a request without a reply. `reason`: what the HTTP client threw, with the system's error code if it had one. */
export function readNoReply(reason: unknown): ErrorParts {
    return [`no response from the homeserver (${causeOf(reason)})`, {}, { cause: reason }];
}

function causeOf(reason: unknown): string {
    if (!(reason instanceof Error)) return "unknown error";
    const { code } = reason as { readonly code?: unknown };
    // codes of the client itself say less than its messages
    return typeof code === "string" && !code.startsWith("UND_") ? code : reason.message;
}

/** Retry-After in seconds (RFC 9110, section 10.2.3) as ms. Dates are ignored: they need equal clocks. */
function retryAfterIn(header: ErrorReply["retryAfter"]): number | undefined {
    return typeof header === "string" && /^[0-9]{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
