import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ALL_COMMANDS } from "../lib/admin/allCommands.ts";
import { readConfigSchema } from "../lib/config/configSchema.ts";
import { callEndsPage } from "./generators/callEndsPage.ts";
import { commandsPage } from "./generators/commandsPage.ts";
import { configPage } from "./generators/configPage.ts";
import { METRIC_DEFINITIONS } from "../lib/telemetry/metricDefinitions.ts";
import { configSample } from "./generators/configSample.ts";
import { configTypes } from "./generators/configTypes.ts";
import { metricsPage } from "./generators/metricsPage.ts";
import { sampleServerMetrics } from "../lib/sip-server/serverMetrics.ts";
import { registrationExample } from "./generators/registrationExample.ts";
import { showExamples } from "./generators/shownExamples.ts";

/**
 * Writes what follows from config.schema.yaml, lib/config/registration.ts and other tables, and shows the files of docs/examples in the
 * pages that name them. With `--check` it writes nothing and fails if a file is not what it
 * would have written.
 */
const schema = readConfigSchema();
const generated: Record<string, string> = {
    "lib/config/Config.generated.ts": await configTypes(schema),
    "config.sample.yaml": configSample(schema),
    "docs/configuration.md": configPage(schema),
    "registration.yaml.example": registrationExample(),
    "docs/design/call-ends.md": callEndsPage(),
    "docs/commands.md": commandsPage(ALL_COMMANDS),
    "docs/metrics.md": metricsPage(Object.values(METRIC_DEFINITIONS), sampleServerMetrics()),
};
const pages = readdirSync(absolute("docs"))
    .map((name) => `docs/${name}`)
    .filter((path) => path.endsWith(".md") && !(path in generated));
for (const path of pages) generated[path] = showExamples(textOf(path), (example) => textOf(`docs/${example}`));

const drifted = Object.entries(generated).filter(([path, text]) => contentOf(path) !== text);
if (process.argv.includes("--check")) {
    for (const [path] of drifted) console.error(`${path} is not what it would be generated as: run npm run generate`);
    process.exitCode = drifted.length === 0 ? 0 : 1;
} else {
    for (const [path, text] of drifted) {
        writeFileSync(absolute(path), text);
        console.log(`wrote ${path}`);
    }
}

function textOf(path: string): string {
    return readFileSync(absolute(path), "utf8");
}

function contentOf(path: string): string | undefined {
    try {
        return textOf(path);
    } catch {
        return undefined; // not yet generated
    }
}

function absolute(path: string): string {
    return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
