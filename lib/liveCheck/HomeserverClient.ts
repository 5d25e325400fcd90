import type { HomeserverReply } from "../matrix/homeserver/HomeserverError.ts";

/** A reply, or why there was none. */
export type Reply =
    | { readonly kind: "reply"; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
    | { readonly kind: "none"; readonly error: unknown };

const TIMEOUT_MS = 8_000;

/** Asks the homeserver without the application service framework, which would listen to do so. Never rejects. */
export async function askHomeserver(
    url: string,
    method: "GET" | "POST",
    path: string,
    token: string | undefined,
    body?: Readonly<Record<string, unknown>>,
): Promise<Reply> {
    try {
        const response = await fetch(`${url.replace(/\/$/, "")}${path}`, {
            method,
            redirect: "manual",
            signal: AbortSignal.timeout(TIMEOUT_MS),
            headers: {
                ...(token !== undefined && { Authorization: `Bearer ${token}` }),
                ...(body !== undefined && { "Content-Type": "application/json" }),
            },
            ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        return { kind: "reply", status: response.status, body: dictionaryIn(await response.text()) };
    } catch (error) {
        return { kind: "none", error };
    }
}

/** The reply in the words that `explainPing` reads. */
export function replyFacts(reply: Reply): HomeserverReply {
    if (reply.kind === "none") return {};
    const { errcode, status: pinged } = reply.body;
    return {
        status: reply.status,
        errcode: typeof errcode === "string" ? errcode : undefined,
        pingedStatus: typeof pinged === "number" ? pinged : undefined,
    };
}

function dictionaryIn(text: string): Readonly<Record<string, unknown>> {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
    } catch {
        // a web server's page
        return {};
    }
}
