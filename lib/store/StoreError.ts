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
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EACCES" || code === "EPERM")
        return `this user cannot use ${filename} (${code}); correct the owner and mode of the directory and its files`;
    if (code === "EROFS") return `cannot use ${filename}: its file system is read-only (EROFS)`;
    return `cannot use ${filename}: ${cause instanceof Error ? cause.message : String(cause)}`;
}
