import type { IncomingMessage } from "node:http";

/** Reads the JSON body of a request. Stops reading as soon as it exceeds `maxBytes`. */
export async function readBody(
    request: IncomingMessage,
    maxBytes: number,
): Promise<{ readonly json: unknown } | { readonly failure: "tooLarge" | "notJson" }> {
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) return { failure: "tooLarge" };
    const chunks: Buffer[] = [];
    let size = 0;
    // stays readable, so that the response can still be sent
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) return { failure: "tooLarge" };
        chunks.push(chunk);
    }
    try {
        return { json: JSON.parse(Buffer.concat(chunks).toString()) };
    } catch {
        return { failure: "notJson" };
    }
}
