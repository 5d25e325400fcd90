/** A word of the code as a value of a metric label: `noAnswer` and `no answer` are `no_answer`. */
export function labelValue(word: string): string {
    return word
        .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
        .replace(/[^A-Za-z0-9]+/g, "_")
        .toLowerCase();
}
