import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../support/docs/markdown.ts";

interface Rule {
    readonly from: { readonly path?: string; readonly pathNot?: string };
}

const { forbidden } = createRequire(import.meta.url)(join(projectRoot, ".dependency-cruiser.cjs")) as {
    readonly forbidden: readonly Rule[];
};
/** These two put everything together, so they may import everything. */
const OUTERMOST = ["assembly", "commandLine"];

const folders = readdirSync(join(projectRoot, "lib"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !OUTERMOST.includes(entry.name))
    .map(({ name }) => name);

it.each(folders)("has a rule of its own for the imports of lib/%s", (folder) => {
    const rules = forbidden.filter(({ from: { path, pathNot } }) => path !== "^lib/" && pathNot === undefined && path);
    expect(rules.some(({ from }) => new RegExp(from.path ?? "").test(`lib/${folder}/x.ts`))).toBe(true);
});
