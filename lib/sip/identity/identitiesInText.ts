import { foldSeenText } from "../../numbering/foldTypedText.ts";
import { canonicalHost } from "../../numbering/SipAddress.ts";

/** A text is a name of at most 100 characters, or a user part: more words than this are not looked at. */
const MAX_WORDS = 20;
/** Fewer digits are an extension or a year, which names contain by chance. */
const MIN_DIGITS = 7;
const SIP_HOST = /@(\[[0-9a-f:.]+\]|[\p{L}\p{N}_.-]+)/giu;
const MATRIX_SERVER = /@[^\s@:]+:(\[[0-9a-f:.]+\]|[\p{L}\p{N}_.-]+)/giu;

/** The telephone numbers that a person can read in a text, next to other words: each way to put adjacent digits together. Pure. */
export function numbersIn(text: string): readonly string[] {
    const words = (foldSeenText(text).match(/[0-9]+/g) ?? []).slice(0, MAX_WORDS);
    const numbers = words.flatMap((_, start) =>
        words.slice(start).map((_word, length) => words.slice(start, start + length + 1).join("")),
    );
    return numbers.filter((number) => number.length >= MIN_DIGITS);
}

/** The hosts of all SIP addresses and Matrix user IDs in a text, in canonical form. Pure. */
export function hostsIn(text: string): readonly string[] {
    const seen = foldSeenText(text);
    return [SIP_HOST, MATRIX_SERVER]
        .flatMap((pattern) => [...seen.matchAll(pattern)].map(([, host = ""]) => host.replace(/[.-]+$/, "")))
        .flatMap((host) => canonicalHost(host) ?? URL.parse(`http://${host}/`)?.hostname ?? []);
}
