import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Document, isScalar, LineCounter, parseDocument, stringify, visit, type YAMLError } from "yaml";
import { ConfigError } from "./ConfigError.ts";

/**
 * Reads a YAML file. Throws a `ConfigError` that says why it cannot be read, or where the syntax is wrong.
 * @param ifMissing what to do if the file does not exist
 */
export function readYamlFile(path: string, ifMissing?: string): unknown {
    return parseYaml(readTextFile(path, ifMissing), basename(path));
}

/** Keys are always text, so that `+442071838750:` needs no quotes. */
function parseYaml(text: string, fileName: string): unknown {
    const lineCounter = new LineCounter();
    // its own look for keys that stand twice takes minutes for some ten thousand numbers
    const document = parseDocument(text, { stringKeys: true, prettyErrors: true, uniqueKeys: false, lineCounter });
    const found = [...document.errors.map(explainSyntax), ...(document.errors.length > 0 ? [] : misuses(document))];
    if (found.length > 0) {
        const where = ({ at }: Misuse): string => `${fileName} line ${lineCounter.linePos(at).line}`;
        throw new ConfigError(found.map((misuse) => `${misuse.text} (${where(misuse)})`));
    }
    try {
        return document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    } catch (error) {
        // nothing else is thrown for a document without errors
        throw new ConfigError([`repeats its parts by aliases (*name) too often (${fileName})`], { cause: error });
    }
}

/** How much larger aliases within aliases may make a file. */
const MAX_ALIAS_COUNT = 100;

interface Misuse {
    readonly text: string;
    /** Offset into the file. */
    readonly at: number;
}

function explainSyntax({ code, message, pos: [at] }: YAMLError): Misuse {
    if (code === "MULTIPLE_DOCS") return { text: "must be one document; remove the line ---", at };
    const [text = ""] = message.split(/ at line \d+, column \d+:|\n/, 1);
    return { text, at };
}

/** What YAML allows in principle and no configuration can mean. */
function misuses(document: Document): readonly Misuse[] {
    const found: Misuse[] = [];
    visit(document, {
        Map: (_, { items }) => {
            const keys = new Set<unknown>();
            for (const { key } of items) {
                if (!isScalar(key)) continue;
                if (keys.has(key.value)) {
                    found.push({
                        text: `${String(key.value)}: is in its section twice; remove one of them`,
                        at: startOf(key),
                    });
                }
                keys.add(key.value);
            }
        },
        Alias: (_, alias, path) => {
            const named = alias.resolve(document);
            if (named === undefined || !path.includes(named)) return;
            found.push({ text: `*${alias.source} must not stand within &${alias.source}`, at: startOf(alias) });
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
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        const why =
            code === "ENOENT"
                ? `does not exist${ifMissing === undefined ? "" : `; ${ifMissing}`}`
                : code === "EACCES"
                  ? "cannot be read by this user; check its permissions"
                  : "cannot be read";
        throw new ConfigError([`${path} ${why}`], { cause: error });
    }
}
