/**
 * RFC 3966 visual separators, spaces, slashes, the dashes and raised dots of word processors, and invisible characters such as
 * the direction marks that come with a copied number.
 */
const SEPARATORS = /[\s\p{Cf}\p{Pd}()./\u00B7\u2022\u2027\u2212\u22C5]/gu;
const DIGIT_OF_ANY_SCRIPT = /(?![0-9])\p{Nd}/gu;
/** Characters that are not drawn: zero-width ones, soft hyphens, variation selectors. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Drops what separates the digits of a number that somebody typed or copied, and writes them as ASCII. Pure. */
export function foldTypedText(text: string): string {
    return foldSeenText(text).replace(SEPARATORS, "");
}

/** Text as people see it, for comparing: compatible characters are one, invisible ones dropped, digits ASCII. Pure. */
export function foldSeenText(text: string): string {
    return text.normalize("NFKC").replace(INVISIBLE, "").replace(DIGIT_OF_ANY_SCRIPT, asciiDigit);
}

/** Unicode keeps the ten digits of a script in order and without gaps (Unicode Standard, section 4.6). */
function asciiDigit(digit: string): string {
    const code = digit.codePointAt(0) ?? 0;
    let zero = code;
    while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String((code - zero) % 10);
}
