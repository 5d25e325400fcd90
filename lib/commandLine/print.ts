/** Ends the process without a word when the reader of its output is gone, as in `matrix-appservice-sip --help | head -1`. */
export function exitOnClosedPipe(): void {
    process.stdout.on("error", onClosedPipe);
}

/** For the running bridge: calls go on when the reader of the log is gone. */
export function surviveClosedPipe(): void {
    process.stdout.off("error", onClosedPipe).on("error", () => undefined);
}

function onClosedPipe(error: NodeJS.ErrnoException): void {
    if (error.code !== "EPIPE") throw error;
    process.exit();
}

/** Writes one line to stdout. */
export function print(line: string): void {
    process.stdout.write(`${line}\n`);
}
