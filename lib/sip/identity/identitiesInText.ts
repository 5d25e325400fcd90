import { foldSeenText } from "../../numbering/foldTypedText.ts";
import { canonicalHost } from "../../numbering/SipAddress.ts";

/** A text is a name of at most 100 characters, or a user part: more words than this are not looked at. */
const MAX_WORDS = 20;
/** Fewer digits are an extension or a year, which names contain by chance. */
const MIN_DIGITS = 7;
const SIP_HOST = /@\s*(\[[0-9a-f:.]+\]|[\p{L}\p{N}_.-]+)/giu;
const MATRIX_SERVER = /@\s*[^\s@:]+\s*:\s*(\[[0-9a-f:.]+\]|[\p{L}\p{N}_.-]+)/giu;
/** The full stops of Chinese and Japanese, which resolvers read as dots (UTS 46). */
const FULL_STOP = /[\u3002\uff61]/g;
/** Cyrillic and Greek letters that look like Latin ones (UTS 39), and the letters that people read for them. */
const LOOKALIKES = new Map(
    [
        ["аαａ", "a"],
        ["ԁ", "d"],
        ["еε", "e"],
        ["һн", "h"],
        ["іιί", "i"],
        ["ј", "j"],
        ["кκ", "k"],
        ["м", "m"],
        ["оοό", "o"],
        ["рρ", "p"],
        ["ԛ", "q"],
        ["ѕ", "s"],
        ["тτ", "t"],
        ["сϲ", "c"],
        ["ν", "v"],
        ["ԝ", "w"],
        ["хχ", "x"],
        ["уγ", "y"],
    ].flatMap(([letters = "", latin = ""]) => Array.from(letters, (letter) => [letter, latin] as const)),
);

/** The telephone numbers that a person can read in a text, next to other words: each way to put adjacent digits together. Pure. */
export function numbersIn(text: string): readonly string[] {
    const words = (foldSeenText(text).match(/[0-9]+/g) ?? []).slice(0, MAX_WORDS);
    const numbers = words.flatMap((_, start) =>
        words.slice(start).map((_word, length) => words.slice(start, start + length + 1).join("")),
    );
    return numbers.filter((number) => number.length >= MIN_DIGITS);
}

/** The hosts of all SIP addresses and Matrix user IDs in a text, in canonical form, as they are and as people read them. Pure. */
export function hostsIn(text: string): readonly string[] {
    const seen = foldSeenText(text).replace(FULL_STOP, ".");
    return [SIP_HOST, MATRIX_SERVER]
        .flatMap((pattern) => [...seen.matchAll(pattern)].map(([, host = ""]) => host.replace(/[.-]+$/, "")))
        .flatMap((host) => [host, inLatin(host)])
        .flatMap((host) => canonicalHost(host) ?? URL.parse(`http://${host}/`)?.hostname ?? []);
}

function inLatin(host: string): string {
    return Array.from(host.toLowerCase(), (letter) => LOOKALIKES.get(letter) ?? letter).join("");
}
