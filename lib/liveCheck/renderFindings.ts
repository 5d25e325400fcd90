import type { Finding } from "./Finding.ts";

const HEADINGS = ["what", "tried", "result", "ms", "what to do"] as const;
const MS_COLUMN = 3;

/**
 * The findings as an aligned table, one line each; where that is wider than `columns`, each in lines of
 * its own. Pure.
 */
export function renderFindings(findings: readonly Finding[], columns = Number.POSITIVE_INFINITY): readonly string[] {
    const rows = [HEADINGS, ...findings.map(cellsOf)];
    const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => Array.from(row[column] ?? "").length)));
    const table = rows.map((row) =>
        row
            .map((cell, column) => {
                const padding = " ".repeat(Math.max(0, (widths[column] ?? 0) - Array.from(cell).length));
                return column === MS_COLUMN ? `${padding}${cell}` : `${cell}${padding}`;
            })
            .join("  ")
            .trimEnd(),
    );
    return table.every((line) => Array.from(line).length <= columns) ? table : findings.flatMap(inLines);
}

/** What was tried, what came of it, and what to do, below each other. */
function inLines(finding: Finding): readonly string[] {
    const [part = "", tried = "", result = "", ms = "", advice = ""] = cellsOf(finding);
    const how = [tried, ms === "" ? "" : `${ms} ms`].filter((text) => text !== "").join(", ");
    return [how === "" ? part : `${part}: ${how}`, `    ${result}`, ...(advice === "" ? [] : [`    -> ${advice}`])];
}

function cellsOf({ part, tried, result, ms }: Finding): readonly string[] {
    const verdict = result.kind === "works" ? "ok" : "FAILED";
    const text = result.text === "" ? verdict : `${verdict}: ${result.text}`;
    return [part, tried, text, ms === undefined ? "" : String(Math.round(ms)), result.advice ?? ""].map(oneLine);
}

/** What a peer wrote may stand in a result: it is to make no lines or colours of its own. */
function oneLine(text: string): string {
    return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
