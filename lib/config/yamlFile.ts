import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Document, isScalar, LineCounter, parseDocument, stringify, visit } from "yaml";
import { ConfigError } from "./ConfigError.ts";
import { explainYamlError, type YamlFault } from "./explainYamlError.ts";

export interface YamlFile {
    readonly value: unknown;
    /** Keys that are in their section twice, as `trunks: ... (config.yaml line 7)`. `value` has the last of them. */
    readonly faults: readonly string[];
}

/**
 * Reads a YAML file. Throws a `ConfigError` that says why it cannot be read, or where the syntax is wrong.
 * @param ifMissing what to do if the file does not exist
 */
export function readYamlFile(path: string, ifMissing?: string): YamlFile {
    return parseYaml(readTextFile(path, ifMissing), basename(path));
}

/** Keys are always text, so that `+442071838750:` needs no quotes. */
function parseYaml(text: string, fileName: string): YamlFile {
    const lineCounter = new LineCounter();
    // its own look for keys that stand twice takes minutes for some ten thousand numbers
    const document = parseDocument(text, { stringKeys: true, prettyErrors: false, uniqueKeys: false, lineCounter });
    const withPlace = ({ text: what, at }: YamlFault): string =>
        `${what} (${fileName} line ${lineCounter.linePos(Math.min(at, Math.max(0, text.trimEnd().length - 1))).line})`;
    const wrong = [...document.errors.map((error) => explainYamlError(error, text)), ...foreignSpaces(text)];
    // one mistake can cause several errors in its line
    const found = uniqueLines(wrong.length > 0 ? wrong : wrongAliases(document), lineCounter);
    if (found.length > 0) throw new ConfigError(found.map(withPlace));
    try {
        return { value: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }), faults: keysTwice(document).map(withPlace) };
    } catch (error) {
        // nothing else is thrown for a document without errors
        throw new ConfigError([`repeats its parts by aliases (*name) too often (${fileName})`], { cause: error });
    }
}

/** How much larger aliases within aliases may make a file. */
const MAX_ALIAS_COUNT = 100;

function uniqueLines(faults: readonly YamlFault[], lineCounter: LineCounter): readonly YamlFault[] {
    const lines = new Set<number>();
    return faults.filter(({ at }) => {
        const { line } = lineCounter.linePos(at);
        return !lines.has(line) && lines.add(line);
    });
}

/** Spaces other than U+0020, which text from a web page can contain: YAML counts them as part of the key. */
function foreignSpaces(text: string): readonly YamlFault[] {
    return Array.from(text.matchAll(/^[ -]*[\u00a0\u2000-\u200b\u3000]/gm), ({ index }) => ({
        text: "is indented with a character that only looks like a space; use spaces",
        at: index,
    }));
}

function wrongAliases(document: Document): readonly YamlFault[] {
    const found: YamlFault[] = [];
    visit(document, {
        Alias: (_, alias, path) => {
            const named = alias.resolve(document);
            const name = `*${alias.source}`;
            const at = startOf(alias);
            if (named === undefined) {
                found.push({ text: `${name} is a reference in YAML; put it in single quotes, such as '\\*21#'`, at });
            } else if (path.includes(named)) found.push({ text: `${name} must not stand within &${alias.source}`, at });
        },
    });
    return found;
}

function keysTwice(document: Document): readonly YamlFault[] {
    const found: YamlFault[] = [];
    visit(document, {
        Map: (_, { items }) => {
            const keys = new Set<unknown>();
            for (const { key } of items) {
                if (!isScalar(key)) continue;
                const text = `${String(key.value)}: is in its section twice; remove one of them`;
                if (keys.has(key.value)) found.push({ text, at: startOf(key) });
                keys.add(key.value);
            }
        },
    });
    return found;
}

function startOf({ range }: { readonly range?: readonly [number, ...number[]] | null | undefined }): number {
    return range?.[0] ?? 0;
}

/** A value in one line, as it may stand behind a key. */
export function toFlowYaml(value: unknown): string {
    return stringify(value, { lineWidth: 0, collectionStyle: "flow" }).trim();
}

export function toYaml(value: unknown): string {
    return stringify(value, { lineWidth: 0 });
}

function readTextFile(path: string, ifMissing: string | undefined): string {
    let bytes: Buffer;
    try {
        bytes = readFileSync(path);
    } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
        throw new ConfigError([`${path} ${whyUnreadable(code, ifMissing)}`], { cause: error });
    }
    try {
        return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (error) {
        throw new ConfigError([`${path} is not UTF-8 text; save it in this encoding`], { cause: error });
    }
}

function whyUnreadable(code: string, ifMissing: string | undefined): string {
    switch (code) {
        case "ENOENT":
            return `does not exist${ifMissing === undefined ? "" : `; ${ifMissing}`}`;
        case "EACCES":
            return "cannot be read by this user; check its permissions";
        case "EISDIR":
            return "is a directory; name the file in it";
        default:
            return `cannot be read (${code})`;
    }
}
