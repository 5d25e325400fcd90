/** A file or directory of the store cannot be used. The message names it and the reason, for the operator. */
export class StoreError extends Error {
    readonly filename: string;

    constructor(filename: string, cause: unknown) {
        super(`store.path: ${reasonOf(filename, cause)}`, { cause });
        this.name = new.target.name;
        this.filename = filename;
    }
}

function reasonOf(filename: string, cause: unknown): string {
    const text = `cannot use ${filename}: ${cause instanceof Error ? cause.message : String(cause)}`;
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    const isForbidden = code === "EACCES" || code === "EPERM";
    return isForbidden ? `${text}; correct the owner and mode of the directory and its files` : text;
}
