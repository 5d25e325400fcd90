/**
 * Something the lab needs cannot be installed here. `message` is one line for a person: what is missing and the exact
 * command that gets it. Programs print it without a stack trace and exit with 1.
 */
export class InstallError extends Error {
    override readonly name = "InstallError";
}
