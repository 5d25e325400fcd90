import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the project, with a trailing slash. */
export const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** A page of the documentation: its path from the project root, and its text. */
export interface Page {
    readonly path: string;
    readonly text: string;
}

/** A fenced block: its language, the words after it, and its text. */
export interface Fence {
    readonly language: string;
    readonly note: string;
    readonly text: string;
}

/** README, CONTRIBUTING and everything in docs/. The changelog names what used to exist, so it is not among them. */
export function documentationPages(): readonly Page[] {
    const paths = ["README.md", "CONTRIBUTING.md", ...filesUnder("docs").filter((path) => path.endsWith(".md"))];
    return paths.map((path) => ({ path, text: readFileSync(join(projectRoot, path), "utf8") }));
}

/** Paths from the project root of all files in a folder and its subfolders. */
export function filesUnder(folder: string): readonly string[] {
    return readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(projectRoot.length));
}

const FENCE = /^```(\w*) ?(.*)\n([\s\S]*?)^```$/gm;

/** The fenced blocks of a page. Blocks that are indented within a list are included, without their indentation. */
export function fencesOf({ text }: Page): readonly Fence[] {
    const unindented = text.replace(/^( +)```[\s\S]*?^\1```$/gm, (block, indent: string) =>
        block.replaceAll(`\n${indent}`, "\n").slice(indent.length),
    );
    return [...unindented.matchAll(FENCE)].map(([, language = "", note = "", body = ""]) => ({
        language,
        note,
        text: body,
    }));
}

/** The texts in backticks outside of fenced blocks. */
export function codeSpansOf({ text }: Page): readonly string[] {
    const prose = text.replace(/^ *```[\s\S]*?^ *```$/gm, "");
    return [...prose.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span.replace(/\s+/g, " "));
}

/** The targets of links that do not leave the project. */
export function localLinksOf({ text }: Page): readonly string[] {
    const prose = text.replace(/^ *```[\s\S]*?^ *```$/gm, "");
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a page's headings, by GitHub's rule. */
export function anchorsOf({ text }: Page): readonly string[] {
    const prose = text.replace(/^ *```[\s\S]*?^ *```$/gm, "");
    return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
        heading
            .toLowerCase()
            .replace(/[^\p{Letter}\p{Number}\s_-]/gu, "")
            .replaceAll(" ", "-"),
    );
}
