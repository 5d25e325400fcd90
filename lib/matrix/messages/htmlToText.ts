import { compile, type FormatCallback } from "html-to-text";

/** A message is at most 64 KiB. */
const MAX_CHARACTERS = 65_536;
/** Deeper than people write, and not so deep that rendering takes long. */
const MAX_DEPTH = 50;

/** Renders a link as its text, with the address behind it if that is not the text; mentions of users as their name. */
const link: FormatCallback = (element, walk, builder) => {
    const href = (element.attribs as Readonly<Record<string, string>>)["href"] ?? "";
    const isShown = /^(?:https?|mailto|tel):/i.test(href) && !/^https:\/\/matrix\.to\//i.test(href);
    walk(element.children, builder);
    const text = textIn(element.children);
    if (isShown && !href.includes(text.trim() === "" ? href : text.trim())) builder.addInline(` (${href})`);
};

/** Renders an image, such as a custom emoji, as its description. */
const altText: FormatCallback = (element, _walk, builder) => {
    builder.addInline((element.attribs as Readonly<Record<string, string>>)["alt"] ?? "");
};

const render = compile({
    wordwrap: false,
    preserveNewlines: false,
    limits: { maxDepth: MAX_DEPTH, maxChildNodes: 5_000 },
    formatters: { matrixLink: link, altText },
    selectors: [
        { selector: "a", format: "matrixLink" },
        { selector: "mx-reply", format: "skip" },
        { selector: "img", format: "altText" },
        { selector: "h1", options: { uppercase: false } },
        { selector: "h2", options: { uppercase: false } },
        { selector: "h3", options: { uppercase: false } },
        { selector: "h4", options: { uppercase: false } },
        { selector: "h5", options: { uppercase: false } },
        { selector: "h6", options: { uppercase: false } },
        { selector: "table", format: "dataTable", options: { uppercaseHeaderCells: false } },
        { selector: "ul", options: { itemPrefix: "- " } },
    ],
});

/**
 * Renders the HTML of a formatted message as readable plain text. Empty for elements that are nested too deeply. The only
 * import of html-to-text.
 */
export function htmlToText(html: string): string {
    const shortened = html.slice(0, MAX_CHARACTERS);
    if (depthOf(shortened) > MAX_DEPTH) return "";
    return render(shortened)
        .replace(/^ (?=\d+\. )/gm, "")
        .replace(/\u00A0/g, " ")
        .replace(/[ \t]+$/gm, "")
        .replace(/\n{3,}/g, "\n\n")
        .trim();
}

/** The deepest nesting, if all elements are closed where they are opened. Elements that are never closed count as nested. */
function depthOf(html: string): number {
    let depth = 0;
    let deepest = 0;
    for (const [, slash, name = ""] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
        if (VOID.has(name.toLowerCase())) continue;
        depth = Math.max(0, depth + (slash === "/" ? -1 : 1));
        deepest = Math.max(deepest, depth);
    }
    return deepest;
}

/** Elements without an end. Clients leave out the ends of the others in the list. */
const VOID = new Set(["br", "hr", "img", "p", "li", "td", "th", "tr"]);

function textIn(nodes: Parameters<FormatCallback>[0]["children"]): string {
    return nodes
        .map((node) =>
            "data" in node ? String(node.data) : textIn((node as { children?: typeof nodes }).children ?? []),
        )
        .join("");
}
