import { isUtf8 } from "node:buffer";

/**
 * Decodes a text in the charset that its sender names. Text that is UTF-8 is read so, whatever the sender names: no other
 * text of more than ASCII is. Undefined for an unknown charset.
 */
export function decodeText(bytes: Uint8Array, charset: string): string | undefined {
    const name = charset.trim().toLowerCase();
    const hasWideUnits = /^utf-?(?:16|32)|^ucs-?[24]/.test(name);
    // a TextDecoder leaves a byte order mark out
    if (!hasWideUnits && isUtf8(bytes)) return new TextDecoder().decode(bytes);
    try {
        return new TextDecoder(UTF8.has(name) ? "windows-1252" : name).decode(bytes);
    } catch {
        return undefined; // no such charset
    }
}

const UTF8 = new Set(["utf-8", "utf8", "us-ascii"]);
