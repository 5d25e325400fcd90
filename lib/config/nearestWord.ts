/** The word a person most likely meant by one that is not among these, or undefined if none is close. */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
    const close = words
        .map((word) => ({ word, distance: editDistance(typed.toLowerCase(), word.toLowerCase()) }))
        .filter(({ word, distance }) => distance <= Math.max(1, Math.floor(word.length / 3)))
        .sort((a, b) => a.distance - b.distance || begins(b.word, typed) - begins(a.word, typed));
    return close[0]?.word ?? onlyLongerWord(typed, words);
}

/** 1 if a word begins with what was typed, which makes it more likely. */
function begins(word: string, typed: string): number {
    return word.toLowerCase().startsWith(typed.toLowerCase()) ? 1 : 0;
}

/** `probeSeconds` for `probe`, if no other word begins so. */
function onlyLongerWord(typed: string, words: readonly string[]): string | undefined {
    const longer = words.filter((word) => word.toLowerCase().startsWith(typed.toLowerCase()));
    return typed.length >= SHORTEST_BEGINNING && longer.length === 1 ? longer[0] : undefined;
}

const SHORTEST_BEGINNING = 4;

/** Insertions, deletions, replacements and swaps of neighbours that make one text the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
    let beforePrevious: number[] = [];
    let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
    for (let row = 1; row <= from.length; row++) {
        const current = [row];
        for (let column = 1; column <= to.length; column++) {
            const same = from[row - 1] === to[column - 1];
            const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
            current[column] = Math.min(
                at(previous, column) + 1,
                at(current, column - 1) + 1,
                at(previous, column - 1) + (same ? 0 : 1),
                swapped ? at(beforePrevious, column - 2) + 1 : Infinity,
            );
        }
        beforePrevious = previous;
        previous = current;
    }
    return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
    return row[column] ?? Infinity;
}
