import type { IncomingMessage } from "node:http";

/** The arguments of a command by name, or why a body has none. */
export type GivenArguments =
    | { readonly kind: "given"; readonly values: Readonly<Record<string, string>> }
    | { readonly kind: "tooLarge" }
    | { readonly kind: "invalid" };

/** A larger body is none of a command. */
const MAX_BODY_BYTES = 16_384;

/** Reads the body of a request: a JSON object whose values are texts, numbers or booleans. An empty body has no arguments. */
export async function readArguments(request: IncomingMessage): Promise<GivenArguments> {
    const chunks: Buffer[] = [];
    let size = 0;
    // the connection stays open for the response
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > MAX_BODY_BYTES) return { kind: "tooLarge" };
        chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    return text.trim() === "" ? { kind: "given", values: {} } : parsed(text);
}

function parsed(text: string): GivenArguments {
    try {
        const value: unknown = JSON.parse(text);
        if (typeof value !== "object" || value === null || Array.isArray(value)) return { kind: "invalid" };
        const entries = Object.entries(value);
        if (!entries.every(([, item]) => ["string", "number", "boolean"].includes(typeof item)))
            return { kind: "invalid" };
        return { kind: "given", values: Object.fromEntries(entries.map(([name, item]) => [name, String(item)])) };
    } catch {
        return { kind: "invalid" };
    }
}
