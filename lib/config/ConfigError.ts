/** The errors in a file that the operator wrote, all together, each a line for a person to read. */
export class ConfigError extends Error {
    readonly faults: readonly string[];
    /** What these errors keep from being checked. */
    readonly note: string | undefined;

    constructor(faults: readonly string[], { note, ...options }: ErrorOptions & { readonly note?: string } = {}) {
        super(faults.join("\n"), options);
        this.name = new.target.name;
        this.faults = faults;
        this.note = note;
    }
}
