#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { nodeVersionError } from "./assembly/nodeVersionError.ts";

/**
 * Entry point. Checks the version of Node before it loads anything else: an older one cannot even link all modules of the
 * bridge.
 */
const versionError = nodeVersionError(process.versions.node);
if (versionError === undefined) {
    const { runCommandLine } = await import("./commandLine/runCommandLine.ts");
    await runCommandLine(process.argv, version());
} else {
    process.stderr.write(`${versionError}\n`);
    process.exitCode = 2;
}

function version(): string {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
        readonly version: string;
    };
    return manifest.version;
}
