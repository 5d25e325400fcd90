/** A pause and digits to send once the call is answered (`,,123#`), or parameters such as `;ext=5` (RFC 3966, RFC 3601). */
const BEHIND_NUMBER = /^(?:;|,[0-9*#,pw\s]*(?:;|$))/i;

/**
 * Returns the number in a text without what can follow it: a pause with further digits, and parameters. Neither has an effect
 * on whom the number names. Pure.
 */
export function subscriberText(text: string): string {
    const end = text.search(/[,;]/);
    return end >= 0 && BEHIND_NUMBER.test(text.slice(end)) ? text.slice(0, end) : text;
}
