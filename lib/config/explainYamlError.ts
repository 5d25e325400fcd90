import type { YAMLError } from "yaml";

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
    const key = keyOf(line);
    const text = explain(code, { message, line, next: lineAround(file, endOfLine(file, at) + 1) });
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
            return "has a backslash in double quotes; use single quotes, such as '\\*21#'";
        case "BLOCK_AS_IMPLICIT_KEY":
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
                : `must be key: value; write a colon and a space after the key (${line.trim().slice(0, 40)})`;
        case "MISSING_CHAR":
            if (message.startsWith("Missing closing")) return "has a quote that is not closed; add the second quote";
            if (message.startsWith("Sequence item"))
                return `is not indented like the rest of its list entry; ${SAME_INDENT}`;
            break;
        default:
    }
    const [first = ""] = message.split(/ at line \d+, column \d+:|\n/, 1);
    return `is not valid YAML: ${first}`;
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
    return file.slice(file.lastIndexOf("\n", at - 1) + 1, endOfLine(file, at));
}

function endOfLine(file: string, at: number): number {
    const end = file.indexOf("\n", at);
    return end === -1 ? file.length : end;
}

/** The key with which a line begins, after the dash of a list entry. */
function keyOf(line: string): string | undefined {
    return /^\s*(?:-\s+)?["']?([^\s"':[\]{}]+)["']?\s*:(?:\s|$)/.exec(line)?.[1];
}

function indentOf(line: string): number {
    return line.search(/\S|$/);
}
