import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documentationPages, filesUnder, projectRoot } from "../../support/docs/markdown.ts";

/** Every source text of the bridge, with texts that are joined by `+` over several lines made one. */
const sources = filesUnder("lib")
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(projectRoot, path), "utf8"))
    .join("\n");

const pages = documentationPages();
const page = pages.find(({ path }) => path === "docs/troubleshooting.md");
const headings = [...(page?.text ?? "").matchAll(/^### `([^`]+)`$/gm)].map(([, line = ""]) => line);
const [, rest = ""] = (page?.text ?? "").split("## Other warnings and errors\n");
const spans = [...rest.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
const others = spans.filter((span) => span.includes(" "));

/** The text of a call's arguments, from behind its opening parenthesis. */
function argumentsAt(text: string, start: number): string {
    let depth = 1;
    let end = start;
    for (; depth > 0 && end < text.length; end++) {
        if (text[end] === "(") depth += 1;
        if (text[end] === ")") depth -= 1;
    }
    return text.slice(start, end - 1);
}

/** Constant messages at the levels warn and error whose call gives no hint. */
function linesWithoutHint(text: string): readonly string[] {
    return [...text.matchAll(/\.(?:warn|error)\(/g)].flatMap(({ 0: call, index }) => {
        const written = argumentsAt(text, index + call.length).trim();
        const message = /^"([^"]+)"/.exec(written)?.[1];
        return message === undefined || /\bhint\b|\badvice\b/.test(written) ? [] : [message];
    });
}

describe("docs/troubleshooting.md", () => {
    it.each([...headings, ...others])("explains a log line that the bridge can write: %s", (line) => {
        expect(sources.includes(`"${line}"`)).toBe(true);
    });

    it("explains every warning and error that has no hint", () => {
        const explained = new Set(
            pages.flatMap(({ text }) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span)),
        );
        expect(linesWithoutHint(sources).filter((line) => !explained.has(line))).toEqual([]);
    });

    it("finds the warnings without a hint", () => {
        const text =
            'log.warn("a b", { error }); log.error("c d"); log.warn("e f", { hint: g("h") }); log.info("i j");';
        expect(linesWithoutHint(text)).toEqual(["a b", "c d"]);
    });
});
