import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documentationPages, filesUnder, projectRoot } from "../../support/docs/markdown.ts";

/** Every source text of the bridge, with texts that are joined by `+` over several lines made one. */
const sources = filesUnder("lib")
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(projectRoot, path), "utf8"))
    .join("\n");

const page = documentationPages().find(({ path }) => path === "docs/troubleshooting.md");
const logLines = [...(page?.text ?? "").matchAll(/^### `([^`]+)`$/gm)].map(([, line = ""]) => line);

describe("docs/troubleshooting.md", () => {
    it.each(logLines)("explains a log line that the bridge can write: %s", (line) => {
        expect(sources.includes(`"${line}"`)).toBe(true);
    });
});
