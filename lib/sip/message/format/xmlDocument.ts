import { XMLParser } from "fast-xml-parser";

/** An element without its namespace prefix. */
export interface XmlElement {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
    /** Its own text and that of its children, trimmed. */
    readonly text: string;
    readonly children: readonly XmlElement[];
}

/** Bodies of requests are smaller. */
const MAX_CHARACTERS = 65_536;

// no entities but the five of XML itself, and nothing is fetched: a document type is not processed
const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    // for character references, which XML has too
    htmlEntities: true,
});

/** Parses a document and returns its root element; undefined for anything that is not well-formed. The only import of fast-xml-parser. */
export function parseXml(text: string): XmlElement | undefined {
    if (text.length > MAX_CHARACTERS || /<!DOCTYPE/i.test(text)) return undefined;
    try {
        const nodes: unknown = parser.parse(text.trim());
        return elementsIn(nodes)[0];
    } catch {
        return undefined; // nested too deeply, and other limits of the parser
    }
}

/** The first child of this name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
    return element?.children.find((child) => child.name === name);
}

/** Escapes text for use in an element or a quoted attribute. Characters that XML cannot represent are left out. */
export function escapeXml(text: string): string {
    return text
        .toWellFormed()
        .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
        .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** In the parser's ordered form a node is `{ name: [children], ":@": attributes }` or `{ "#text": text }`. */
function elementsIn(nodes: unknown): XmlElement[] {
    if (!Array.isArray(nodes)) return [];
    return nodes.flatMap((node: unknown) => {
        if (typeof node !== "object" || node === null) return [];
        const { ":@": attributes, ...rest } = node as Readonly<Record<string, unknown>>;
        const [entry] = Object.entries(rest);
        if (entry === undefined || entry[0] === "#text") return [];
        const [name, inner] = entry;
        return [{ name, attributes: textsOf(attributes), text: textIn(inner), children: elementsIn(inner) }];
    });
}

function textIn(nodes: unknown): string {
    if (!Array.isArray(nodes)) return "";
    const texts = nodes.map((node: unknown) => {
        if (typeof node !== "object" || node === null) return "";
        if ("#text" in node) return String(node["#text"]);
        const [inner] = Object.entries(node).filter(([name]) => name !== ":@");
        return textIn(inner?.[1]);
    });
    return texts.join("").trim();
}

function textsOf(attributes: unknown): Readonly<Record<string, string>> {
    if (typeof attributes !== "object" || attributes === null) return {};
    return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}
