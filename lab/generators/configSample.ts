import { resolveNode, type SchemaNode } from "../../lib/config/configSchema.ts";
import { toFlowYaml } from "../../lib/config/yamlFile.ts";

const WIDTH = 110;
const HEADER = `# Configuration of matrix-appservice-sip. \`matrix-appservice-sip check-config -c FILE\` says whether it is right.
# A line like "#key: value" is switched off: it shows the default, or an example where there is none. Take the # away
# to set it. Written by lab/generate.ts from config.schema.yaml.
`;

/** A configuration file to start from: what must be set is, all else is there behind a `#`, each key explained. */
export function configSample(schema: SchemaNode): string {
    const sections = Object.entries(schema.properties ?? {}).map(([key, node]) =>
        section(key, node, isRequired(schema, key), schema).join("\n"),
    );
    return `${HEADER}\n${sections.join("\n\n")}\n`;
}

/** A key of the top level. Its own line is always live: with nothing below it, it counts as absent. */
function section(key: string, written: SchemaNode, required: boolean, root: SchemaNode): string[] {
    const node = resolveNode(written, root);
    const body = node.else === undefined ? node : resolveNode(node.else, root);
    const lines = body.items === undefined ? keys(body, root, required) : item(resolveNode(body.items, root), root);
    return [...prose(node.description ?? "", ""), `${key}:`, ...lines.map(indent)];
}

/** The keys of a section: those that are required live, if the section itself is, the others switched off. */
function keys(node: SchemaNode, root: SchemaNode, live: boolean): string[] {
    return Object.entries(node.properties ?? {}).flatMap(([key, written]) => {
        const child = resolveNode(written, root);
        const required = isRequired(node, key);
        const text = prose(explanation(child, required), "");
        if (child.items !== undefined && resolveNode(child.items, root).properties !== undefined) {
            return [...text, `${key}:`, ...item(resolveNode(child.items, root), root).map(indent)];
        }
        if (child.properties !== undefined) {
            return [...text, `#${key}:`, ...keys(child, root, true).map((line) => `#  ${line.replace(/^#(?! )/, "")}`)];
        }
        const lines = keyLines(key, child);
        return [...text, ...(live && required ? lines : lines.map((line) => `#${line}`))];
    });
}

/** One entry of a list of sections, switched off as a whole. */
function item(node: SchemaNode, root: SchemaNode): string[] {
    const lines = Object.entries(node.properties ?? {}).flatMap(([key, written]) => {
        const child = resolveNode(written, root);
        return [...prose(explanation(child, isRequired(node, key)), ""), ...keyLines(key, child)];
    });
    return lines.map((line, index) => `#${index === 0 ? "- " : "  "}${line}`);
}

/** A map is shown one entry a line, anything else in one line. */
function keyLines(key: string, node: SchemaNode): string[] {
    const value = node.examples?.[0] ?? node.default;
    if (typeof node.additionalProperties === "object") {
        const entries = Object.entries(value as Record<string, unknown>);
        return [`${key}:`, ...entries.map(([name, entry]) => `  ${toFlowYaml(name)}: ${toFlowYaml(entry)}`)];
    }
    return [`${key}: ${toFlowYaml(node.default !== undefined && !isEmptyList(node.default) ? node.default : value)}`];
}

function explanation(node: SchemaNode, required: boolean): string {
    const optional = !required && (node.default === undefined || isEmptyList(node.default));
    return [
        node.description,
        allowed(node),
        optional && node.items === undefined && !hasKeys(node) ? "Not set by default." : "",
    ]
        .filter(Boolean)
        .join(" ");
}

function allowed({ enum: values, minimum, maximum }: SchemaNode): string {
    if (values !== undefined) return `One of: ${values.join(", ")}.`;
    if (minimum !== undefined && maximum !== undefined) return `From ${minimum} to ${maximum}.`;
    return "";
}

function prose(text: string, margin: string): string[] {
    const lines: string[] = [];
    let line = `${margin}#`;
    for (const word of text.split(/\s+/)) {
        if (line.length + 1 + word.length > WIDTH) {
            lines.push(line);
            line = `${margin}#`;
        }
        line += ` ${word}`;
    }
    return [...lines, line];
}

function indent(line: string): string {
    return `  ${line}`;
}

function isRequired(node: SchemaNode, key: string): boolean {
    return node.required?.includes(key) ?? false;
}

function isEmptyList(value: unknown): boolean {
    return Array.isArray(value) && value.length === 0;
}

function hasKeys(node: SchemaNode): boolean {
    return node.properties !== undefined || typeof node.additionalProperties === "object";
}
