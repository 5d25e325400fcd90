/** The errors in a file that the operator wrote, all together, each a line for a person to read. */
export class ConfigError extends Error {
    readonly faults: readonly string[];

    constructor(faults: readonly string[], options?: ErrorOptions) {
        super(faults.join("\n"), options);
        this.name = new.target.name;
        this.faults = faults;
    }
}
