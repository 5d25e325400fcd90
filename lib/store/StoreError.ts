/** A file or directory of the store cannot be used. The message names it and the reason, for the operator. */
export class StoreError extends Error {
    readonly filename: string;

    constructor(filename: string, cause: unknown) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        super(`store.path: cannot use ${filename}: ${reason}`, { cause });
        this.name = new.target.name;
        this.filename = filename;
    }
}
