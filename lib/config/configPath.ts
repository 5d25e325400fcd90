/** The keys and list indices that lead to a value from the top of the file. */
export type Path = readonly (string | number)[];

/** The way to a value, as a person would write it: `trunks[0].callerIds["@alice:matrix.example"]`. */
export function formatPath(steps: Path): string {
    return steps.map(formatStep).join("").replace(/^\./, "");
}

/** The steps of a JSON pointer (RFC 6901) into `data`, which tells list indices from keys that are digits. */
export function stepsOf(pointer: string, data: unknown): (string | number)[] {
    let here: unknown = data;
    return pointer
        .split("/")
        .slice(1)
        .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
        .map((key) => {
            const step = Array.isArray(here) ? Number(key) : key;
            here = typeof here === "object" && here !== null ? (here as Record<string, unknown>)[key] : undefined;
            return step;
        });
}

function formatStep(step: string | number): string {
    if (typeof step === "number") return `[${step}]`;
    return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

/** Whether one path leads to the other, or they are the same. */
export function isOnPath(one: Path, other: Path): boolean {
    const shared = Math.min(one.length, other.length);
    return one.slice(0, shared).every((step, index) => step === other[index]);
}
