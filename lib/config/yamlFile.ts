import { readFileSync } from "node:fs";
import { basename } from "node:path";
import {
    type Document,
    isAlias,
    isMap,
    isNode,
    isScalar,
    isSeq,
    LineCounter,
    parseDocument,
    stringify,
    visit,
} from "yaml";
import type { Path } from "./configPath.ts";
import { ConfigError } from "./ConfigError.ts";
import { explainTag, explainYamlError, type YamlFault } from "./explainYamlError.ts";

export interface YamlFile {
    readonly value: unknown;
    /** Keys that are in their section twice. `value` has the last of them. */
    readonly faults: readonly (PlaceInFile & { readonly text: string })[];
    /** Where a value is, or the innermost section around it that the file has. */
    placeOf(path: Path): PlaceInFile;
    /** Whether it has a key, if only without a value. */
    has(path: Path): boolean;
}

export interface PlaceInFile {
    /** `config.yaml line 7`, or the name of the file alone for a key at the top that the file does not have. */
    readonly place: string;
    readonly line?: number;
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
    const document = parseDocument(text, {
        stringKeys: true,
        merge: true,
        prettyErrors: false,
        uniqueKeys: false,
        lineCounter,
    });
    const placeAt = (at: number | undefined): PlaceInFile => {
        if (at === undefined) return { place: fileName };
        const { line } = lineCounter.linePos(Math.min(at, Math.max(0, text.trimEnd().length - 1)));
        return { place: `${fileName} line ${line}`, line };
    };
    const wrong = [
        ...document.errors.map((error) => explainYamlError(error, text)),
        ...document.warnings.filter(({ code }) => code === "TAG_RESOLVE_FAILED").map((tag) => explainTag(tag, text)),
        ...foreignSpaces(text),
    ];
    // one mistake can cause several errors in its line
    const found = uniqueLines(wrong.length > 0 ? wrong : wrongAliases(document), lineCounter);
    if (found.length > 0) {
        const faults = found.map(({ text: what, at }) => `${what} (${placeAt(at).place})`);
        throw new ConfigError(faults, { note: NOT_CHECKED });
    }
    try {
        return {
            value: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }),
            faults: keysTwice(document).map(({ text: what, at }) => ({ text: what, ...placeAt(at) })),
            placeOf: (path) => placeAt(find(path, document).at),
            has: (path) => find(path, document).isWritten,
        };
    } catch (error) {
        // nothing else is thrown for a document without errors
        throw new ConfigError([`repeats its parts by aliases (*name) too often (${fileName})`], { cause: error });
    }
}

const NOT_CHECKED = "Keys and values are checked after these errors are corrected. Then run the command again.";

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

/** The offset of the last step of a path that the document has. */
function find(path: Path, document: Document): { readonly at: number | undefined; readonly isWritten: boolean } {
    let node: unknown = document.contents;
    let at: number | undefined;
    for (const step of path) {
        const section = isAlias(node) ? node.resolve(document) : node;
        // of a key that is there twice, the last one counts
        const pair = isMap(section)
            ? section.items.findLast(({ key }) => isScalar(key) && key.value === step)
            : undefined;
        const [place, value] = isSeq(section)
            ? [section.items[Number(step)], section.items[Number(step)]]
            : [pair?.key, pair?.value];
        if (!isNode(place)) return { at, isWritten: false };
        at = startOf(place);
        node = value;
    }
    return { at, isWritten: true };
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
