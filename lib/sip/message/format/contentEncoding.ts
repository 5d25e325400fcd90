import { promisify } from "node:util";
import { unzip } from "node:zlib";

/** The Accept-Encoding of a 415. Linphone compresses receipts. */
export const ACCEPTED_ENCODINGS = "gzip, deflate, identity";

/** A small request must not become a large one: no text, receipt or image of a MESSAGE is longer. */
const MAX_BYTES = 1_048_576;
const COMPRESSED = new Set(["gzip", "x-gzip", "deflate"]);
const unzipWithin = promisify(unzip);

/** Removes a Content-Encoding (RFC 3261, section 20.12; RFC 9110, section 8.4). Never rejects. */
export async function decodeContentEncoding(
    bytes: Buffer,
    header: string | undefined,
): Promise<Buffer | "unsupported" | "malformed"> {
    const encoding = header?.trim().toLowerCase() ?? "";
    if (encoding === "" || encoding === "identity") return bytes;
    if (!COMPRESSED.has(encoding)) return "unsupported";
    try {
        return await unzipWithin(bytes, { maxOutputLength: MAX_BYTES });
    } catch {
        return "malformed"; // or too long
    }
}
