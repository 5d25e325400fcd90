/**
 * The text of a message as every network takes it: lines end with a line feed, and there are no control characters, which mean
 * something to terminals only, and no halves of characters. Pure.
 */
export function printableText(text: string): string {
    return text
        .toWellFormed()
        .replace(/\r\n?/g, "\n")
        .replace(/[^\P{Cc}\t\n]/gu, "");
}
