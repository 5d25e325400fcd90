import type { YAMLError, YAMLWarning } from "yaml";

/** Something in a YAML file that must be changed before the file can be read. */
export interface YamlFault {
    /** `sip.listen: must be ...`, or without a key. */
    readonly text: string;
    /** Offset into the file. */
    readonly at: number;
}

const QUOTE_IT = 'put the value in quotes, such as "@alice:matrix.example"';
const SAME_INDENT = "indent the keys of one section with the same number of spaces";

/** Explains a syntax error to someone who edits the file: the key of the line, what is wrong, and what to do. Pure. */
export function explainYamlError({ code, message, pos: [end] }: YAMLError, file: string): YamlFault {
    const quote = code === "MISSING_CHAR" ? /^Missing closing (["'])/.exec(message)?.[1] : undefined;
    const at = quote === undefined ? end : startOfOpenQuote(file, quote);
    const line = lineAround(file, at);
    const text = explain(code, { message, line, next: lineAround(file, endOfLine(file, at) + 1) });
    return withKey(text, at, file);
}

/** Explains a tag, which other programs replace by a value. Pure. */
export function explainTag({ message, pos: [at] }: YAMLError | YAMLWarning, file: string): YamlFault {
    const tag = /!\S+/.exec(message)?.[0] ?? "!";
    return withKey(`begins with ${tag}, which has no meaning here; put a value that begins with ! in quotes`, at, file);
}

function withKey(text: string, at: number, file: string): YamlFault {
    const key = keyOf(lineAround(file, at), at - startOfLine(file, at));
    return { text: key === undefined ? text : `${key}: ${text}`, at };
}

function explain(
    code: YAMLError["code"],
    { message, line, next }: { readonly message: string; readonly line: string; readonly next: string },
): string {
    switch (code) {
        case "MULTIPLE_DOCS":
            return "must be one document; remove the line ---";
        case "TAB_AS_INDENT":
            return "is indented with a tab; use spaces";
        case "BAD_SCALAR_START":
            return `has a value that begins with a special character; ${QUOTE_IT}`;
        case "BAD_DQ_ESCAPE":
            return `has a backslash in double quotes; use single quotes, such as '${textWithBackslash(line)}'`;
        case "BLOCK_AS_IMPLICIT_KEY":
            if (/^\s*-[^\s-]/.test(line)) return "begins with a dash; write a space after the dash of a list entry";
            return indentOf(next) > indentOf(line)
                ? `has a value, and the next line is indented below it; ${SAME_INDENT}`
                : `has a second colon; ${QUOTE_IT}`;
        case "BAD_INDENT": {
            const closing = /end with an? ([}\]])/.exec(message)?.[1];
            return closing === undefined
                ? `is not indented like the keys of its section; ${SAME_INDENT}`
                : `comes before the end of a list or section in brackets; add the missing ${closing}`;
        }
        case "MULTILINE_IMPLICIT_KEY":
            return /^(?:<{7}|={7}|>{7})/.test(line)
                ? "is a conflict of a version control system; keep one side, and remove the lines with <<<, === and >>>"
                : noKey(line);
        case "UNEXPECTED_TOKEN":
            if (message.startsWith("Unexpected scalar")) return noKey(line);
            break;
        case "MISSING_CHAR":
            if (message.startsWith("Implicit map keys")) return noKey(line);
            if (message.startsWith("Missing closing")) return "has a quote that is not closed; add the second quote";
            if (message.startsWith("Sequence item"))
                return `is not indented like the rest of its list entry; ${SAME_INDENT}`;
            break;
        default:
    }
    const [first = ""] = message.split(/ at line \d+, column \d+:|\n/, 1);
    return `is not valid YAML: ${first}`;
}

function noKey(line: string): string {
    return `must be key: value; write a colon and a space after the key (${line.trim().slice(0, 40)})`;
}

function textWithBackslash(line: string): string {
    return /"([^"]*\\[^"]*)"/.exec(line)?.[1] ?? "\\*21#";
}

/** The first line in which a quote is opened and not closed: the error is reported at the end of the file. */
function startOfOpenQuote(file: string, quote: string): number {
    let at = 0;
    for (const line of file.split("\n")) {
        if (line.split(quote).length % 2 === 0) return at;
        at += line.length + 1;
    }
    return 0;
}

function lineAround(file: string, at: number): string {
    return file.slice(startOfLine(file, at), endOfLine(file, at));
}

function startOfLine(file: string, at: number): number {
    return at === 0 ? 0 : file.lastIndexOf("\n", at - 1) + 1;
}

function endOfLine(file: string, at: number): number {
    const end = file.indexOf("\n", at);
    return end === -1 ? file.length : end;
}

/** The last key before a column, or the key with which the line begins, after the dash of a list entry. */
function keyOf(line: string, column: number): string | undefined {
    const inBraces = Array.from(line.slice(0, column).matchAll(/[{,]\s*["']?([\w.+*-]+)["']?\s*:\s/g)).at(-1)?.[1];
    return inBraces ?? /^\s*(?:-\s+)?["']?([^\s"':[\]{}]+)["']?\s*:(?:\s|$)/.exec(line)?.[1];
}

function indentOf(line: string): number {
    return line.search(/\S|$/);
}
