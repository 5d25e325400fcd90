// Part of `npm run check`: reports words that this project avoids, with their place and a replacement.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { projectRoot } from "./labFolder.ts";
import { findAvoidedWords } from "./words/findAvoidedWords.ts";

const folders = ["lib", "lab", "bench", "spec", "docs", "packaging"];
const files = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "config.schema.yaml",
    "eslint.config.mjs",
    ".dependency-cruiser.cjs",
    "vitest.config.ts",
];
/** Captured from other programs, or the list of words itself. */
const excluded = ["spec/fixtures/", "lab/words/avoidedWords.ts"];

function filesUnder(folder: string): string[] {
    return readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs|html|xml|cfg|conf|md|yaml|sh|service)$/.test(entry.name))
        .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)));
}

const checked = [...files, ...folders.flatMap(filesUnder)].filter(
    (path) => !excluded.some((prefix) => path.startsWith(prefix)),
);
for (const path of checked) {
    for (const { line, word, instead } of findAvoidedWords(readFileSync(join(projectRoot, path), "utf8"))) {
        console.log(`${path}:${line}: avoid "${word}"; use: ${instead}`);
        process.exitCode = 1;
    }
}
