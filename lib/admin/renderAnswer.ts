import { type Answer, type Block, isFailure, type Outcome } from "./Answer.ts";

/** Longer answers do not fit on the screen of a phone: they are sent as a file. */
const LONGEST_LINES = 40;
const LONGEST_TEXT = 3_000;

/** An answer as it is sent to a Matrix room: `body` is the fallback of `formatted_body`. */
export interface RenderedAnswer {
    readonly plain: string;
    readonly html: string;
    readonly file?: { readonly name: string; readonly text: string };
    readonly picture?: { readonly name: string; readonly svg: string };
}

/** Renders an answer or failure for a Matrix room. An answer that is too long becomes a file with its first lines as text. */
export function renderAnswer(outcome: Outcome, commandName: string): RenderedAnswer {
    const { blocks, file, picture } = answerOf(outcome);
    const pictured = picture === undefined ? {} : { picture };
    const plain = blocks.map(plainBlock).join("\n\n");
    const lines = plain.split("\n");
    if (lines.length <= LONGEST_LINES && plain.length <= LONGEST_TEXT) {
        return { plain, html: blocks.map(htmlBlock).join(""), ...(file !== undefined && { file }), ...pictured };
    }
    const shown = [...lines.slice(0, 10), `The complete answer (${lines.length} lines) is in the file.`].join("\n");
    return {
        plain: shown,
        html: htmlBlock({ kind: "text", text: shown }),
        file: file ?? { name: `${commandName}.txt`, text: plain },
        ...pictured,
    };
}

/** An answer or failure as plain text, for the command line. */
export function plainAnswer(outcome: Outcome): string {
    return answerOf(outcome).blocks.map(plainBlock).join("\n\n");
}

function answerOf(outcome: Outcome): Pick<Answer, "blocks" | "file" | "picture"> {
    if (!isFailure(outcome)) return outcome;
    const text = outcome.advice === undefined ? outcome.failure : `${outcome.failure} ${outcome.advice}`;
    return { blocks: [{ kind: "text", text }] };
}

function plainBlock(block: Block): string {
    switch (block.kind) {
        case "text":
        case "code":
            return block.text;
        case "facts":
            return block.facts.map(([name, value]) => `${name}: ${value}`).join("\n");
        case "list":
            return block.items.map((item) => `- ${item}`).join("\n");
    }
}

/** Every value is escaped: display names and reasons are written by others. */
function htmlBlock(block: Block): string {
    switch (block.kind) {
        case "text":
            return `<p>${escapeHtml(block.text).replace(/\n/g, "<br>")}</p>`;
        case "code":
            return `<pre><code>${escapeHtml(block.text)}</code></pre>`;
        case "facts":
            return `<p>${block.facts.map(([name, value]) => `<b>${escapeHtml(name)}</b>: ${escapeHtml(value)}`).join("<br>")}</p>`;
        case "list":
            return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
    }
}

const ENTITIES: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
};

export function escapeHtml(text: string): string {
    return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
