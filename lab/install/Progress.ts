import { performance } from "node:perf_hooks";

/** One step of a set-up, shown while it runs. */
export interface Step {
    /** A detail worth one line, such as the last line an installer printed. */
    detail(text: string): void;
    /** The step succeeded; the line ends with how long it took. */
    done(result?: string): void;
    fail(): void;
}

/** Shows the progress of an installation or start to the user. */
export interface Progress {
    begin(what: string): Step;
}

/** For specs and benches, which have their own output. */
export const silentProgress: Progress = {
    begin: () => ({ detail: () => undefined, done: () => undefined, fail: () => undefined }),
};

/**
 * Writes one line per step to stderr, which leaves stdout to results. On a terminal the line is rewritten in place with
 * the latest detail and the seconds gone by; elsewhere (CI) only its beginning and its end are printed.
 */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
    return { begin: (what) => (stream.isTTY ? liveStep(stream, what) : plainStep(stream, what)) };
}

function plainStep(stream: NodeJS.WriteStream, what: string): Step {
    const seconds = stopwatch();
    stream.write(`${what} ...\n`);
    return {
        detail: () => undefined,
        done: (result) => stream.write(`  ${result ?? "done"} (${seconds()} s): ${what}\n`),
        fail: () => stream.write(`  failed after ${seconds()} s: ${what}\n`),
    };
}

function liveStep(stream: NodeJS.WriteStream, what: string): Step {
    const seconds = stopwatch();
    let latest = "";
    const draw = (): void => {
        const line = `… ${what} (${seconds()} s) ${latest}`;
        stream.write(`\r\u001b[2K${line.slice(0, Math.max(20, stream.columns - 1))}`);
    };
    const finish = (mark: string, result = ""): void => {
        clearInterval(redraw);
        stream.write(`\r\u001b[2K${mark} ${what} (${seconds()} s) ${result}\n`);
    };
    const redraw = setInterval(draw, 200);
    draw();
    return {
        detail: (text) => {
            latest = text;
        },
        done: (result) => finish("✓", result),
        fail: () => finish("✗"),
    };
}

function stopwatch(): () => string {
    const started = performance.now();
    return () => ((performance.now() - started) / 1000).toFixed(1);
}
