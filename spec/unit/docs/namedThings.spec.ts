import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, codeSpansOf, documentationPages, localLinksOf, projectRoot } from "../../support/docs/markdown.ts";
import { SourceNames } from "../../support/docs/sourceNames.ts";

const names = new SourceNames();
const pages = documentationPages();
const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
};

/** Schemes of URIs are written like the first key of a YAML line. */
const SCHEMES = new Set(["sip", "sips", "tel"]);
const SOURCE_FILE = /^[\w./-]+\.(ts|mjs|cjs|md|xml)$/;
const SOURCE_PATH = /^(lib|lab|bench|spec|docs|packaging)\/[\w./-]*$/;
const TYPE_NAME = /^([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?:\.(\w+))?$/;
const VARIABLE = /^([a-z]+[A-Z]\w*)(\(.*\))?$/;
const KEY_PATH = /^([a-z]\w*)(\.[a-z]\w*)+$/;
/** Ends of domain names and file names, which are written like key paths. */
const OTHER_NAME = /\.(example|yaml|conf|service|db)$/;
const KEY_LINE = /^([a-z]\w*):( .*)?$/;
const METRIC = /^(sip_bridge_\w+)(\{.*\})?$/;
const SCRIPT = /^npm (?:run )?([\w:]+)/;

/** The kind of thing that a span of code names and that does not exist; undefined for every other span. */
function missing(span: string, isDesign: boolean): string | undefined {
    const [, type, member] = TYPE_NAME.exec(span) ?? [];
    if (SOURCE_FILE.test(span) || SOURCE_PATH.test(span)) {
        return names.hasPath(span) || existsSync(join(projectRoot, span)) ? undefined : "no such file";
    }
    if (isDesign && type !== undefined) return names.declares(type, member) ? undefined : "no such type or member";
    const variable = VARIABLE.exec(span)?.[1];
    if (isDesign && variable !== undefined) return names.mentions(variable) ? undefined : "no source has this name";
    const metric = METRIC.exec(span)?.[1];
    if (metric !== undefined) return names.mentions(metric) ? undefined : "no such metric";
    const section = KEY_PATH.exec(span)?.[1];
    if (section !== undefined && !OTHER_NAME.test(span) && names.hasSection(section)) {
        return names.hasKeyPath(span) ? undefined : "no such configuration key";
    }
    const key = KEY_LINE.exec(span)?.[1];
    if (key !== undefined && !SCHEMES.has(key)) return names.hasKey(key) ? undefined : "no such configuration key";
    const script = SCRIPT.exec(span)?.[1];
    if (script !== undefined && !["ci", "install", "pack"].includes(script)) {
        return script in manifest.scripts ? undefined : "no such npm script";
    }
    return undefined;
}

describe.each(pages)("$path", (page) => {
    it("names only files, types, configuration keys, metrics and npm scripts that exist", () => {
        const isDesign = page.path.startsWith("docs/design/") || page.path === "CONTRIBUTING.md";
        const wrong = codeSpansOf(page).flatMap((span) => {
            const why = missing(span, isDesign);
            return why === undefined ? [] : [`${span}: ${why}`];
        });

        expect(wrong.join("\n")).toBe("");
    });

    it("links only to files and headings that exist", () => {
        const wrong = localLinksOf(page).filter((link) => {
            const [path = "", anchor] = link.split("#");
            const target = path === "" ? page.path : normalize(join(dirname(page.path), path));
            if (!existsSync(join(projectRoot, target))) return true;
            const linked = pages.find((other) => other.path === target);
            return anchor !== undefined && linked !== undefined && !anchorsOf(linked).includes(anchor);
        });

        expect(wrong.join("\n")).toBe("");
    });
});

it("gives the folder docs/design/ an architecture page with at least twenty places to start in", () => {
    const architecture = pages.find(({ path }) => path === "docs/design/architecture.md");
    const [, table = ""] = architecture?.text.split("| To change | Start in |\n|---|---|\n") ?? [];
    const rows = /^(\|.*\|\n)*/.exec(table)?.[0].trim().split("\n") ?? [];

    expect(rows.length).toBeGreaterThanOrEqual(20);
});
