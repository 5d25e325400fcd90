import { userCharacter } from "./characters.ts";

/** The text behind the `%` escapes of a user part, as UTF-8; undefined if the escapes are broken or not UTF-8. */
export function unescapeUriPart(text: string): string | undefined {
    try {
        return decodeURIComponent(text);
    } catch {
        return undefined;
    }
}

/** Free text made fit for the user part of a SIP URI: what may not stand there is escaped as UTF-8. `;` and `%` too: they would change the meaning. */
export function escapeUser(text: string): string {
    let escaped = "";
    for (const byte of Buffer.from(text, "utf8")) {
        const plain = userCharacter[byte] === true && byte !== 0x25 && byte !== 0x3b;
        escaped += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    }
    return escaped;
}
