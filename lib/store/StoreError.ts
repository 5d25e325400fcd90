/** A file of the directory cannot be used; says which one and why, for the operator. */
export class StoreError extends Error {
    readonly filename: string;

    constructor(filename: string, cause: unknown) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        super(`the store ${filename} cannot be used: ${reason}; see store.path`, { cause });
        this.name = new.target.name;
        this.filename = filename;
    }
}
