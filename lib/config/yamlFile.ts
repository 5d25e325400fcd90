import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseDocument, stringify } from "yaml";
import { ConfigError } from "./ConfigError.ts";

/** What a YAML file says, or a `ConfigError` that says why not: unreadable, or where the syntax is wrong. */
export function readYamlFile(path: string): unknown {
    return parseYaml(readTextFile(path), basename(path));
}

/** Keys are always text, so that `+442071838750:` needs no quotes. */
function parseYaml(text: string, fileName: string): unknown {
    const document = parseDocument(text, { stringKeys: true, prettyErrors: true });
    if (document.errors.length > 0) {
        throw new ConfigError(
            document.errors.map(({ message, linePos }) => {
                const [what = ""] = message.split(/ at line \d+, column \d+:|\n/, 1);
                const line = linePos === undefined ? "" : ` line ${linePos[0].line}`;
                return `${what} (${fileName}${line})`;
            }),
        );
    }
    return document.toJS({ maxAliasCount: 100 });
}

/** A value in one line, as it may stand behind a key. */
export function toFlowYaml(value: unknown): string {
    return stringify(value, { lineWidth: 0, collectionStyle: "flow" }).trim();
}

export function toYaml(value: unknown): string {
    return stringify(value, { lineWidth: 0 });
}

function readTextFile(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        const why =
            code === "ENOENT"
                ? "does not exist"
                : code === "EACCES"
                  ? "may not be read by this user"
                  : "cannot be read";
        throw new ConfigError([`${path} ${why}`], { cause: error });
    }
}
