import { resolveNode, type SchemaNode } from "../../lib/config/configSchema.ts";
import { toFlowYaml } from "../../lib/config/yamlFile.ts";

const HEADER = `<!-- Written by lab/generate.ts from config.schema.yaml. Change that and run npm run generate. -->

# Configuration

The bridge reads one YAML file, \`config.yaml\` by default. \`matrix-appservice-sip check-config -c config.yaml\` prints all errors in it.
[config.sample.yaml](../config.sample.yaml) is a file to start from, and [examples](examples) has complete files for typical
installations. Paths are relative to the configuration file. A password or secret is a text, or \`{ file: path }\`.
`;

/** A section of the page: the keys of one object. */
interface Section {
    /** Such as `sip.registrar` or `trunks[]`; empty for the top level. */
    readonly path: string;
    readonly description: string;
    readonly node: SchemaNode;
}

/** docs/configuration.md: a table of keys for each section of the configuration. */
export function configPage(schema: SchemaNode): string {
    const sections = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => sectionsOf(key, child, schema));
    return `${HEADER}\n${sections.map((section) => render(section, schema)).join("\n")}`;
}

/** A node's own section and those below it; none for a node without keys. */
function sectionsOf(path: string, written: SchemaNode, root: SchemaNode): readonly Section[] {
    const { node, suffix } = objectOf(written, root);
    if (node.properties === undefined) {
        return path.includes(".") || path.includes("[") ? [] : [{ path, description: describe(written), node }];
    }
    const below = Object.entries(node.properties).flatMap(([key, child]) =>
        sectionsOf(`${path}${suffix}.${key}`, child, root),
    );
    return [{ path: path + suffix, description: describe(written), node }, ...below];
}

/** The object whose keys a node has: its own, those of its entries, or those of its second form. */
function objectOf(written: SchemaNode, root: SchemaNode): { readonly node: SchemaNode; readonly suffix: string } {
    const node = resolveNode(written, root);
    if (node.items !== undefined) {
        const entry = resolveNode(node.items, root);
        return entry.properties === undefined ? { node, suffix: "" } : { node: entry, suffix: "[]" };
    }
    return { node: node.else === undefined ? node : resolveNode(node.else, root), suffix: "" };
}

function render({ path, description, node }: Section, root: SchemaNode): string {
    const heading = `## \`${path}\`\n\n${description}\n`;
    const keys = Object.entries(node.properties ?? {});
    if (keys.length === 0) return heading;
    const rows = keys.map(([key, child]) => rowOf(key, resolveNode(child, root), (node.required ?? []).includes(key)));
    return `${heading}\n| Key | Description | Value |\n|---|---|---|\n${rows.join("\n")}\n`;
}

function rowOf(key: string, node: SchemaNode, required: boolean): string {
    return `| \`${key}\` | ${describe(node)} | ${cell(valueOf(node, required))} |`;
}

/** What can be written, whether it must be, and what applies otherwise. */
function valueOf(node: SchemaNode, required: boolean): string {
    const { enum: values, minimum, maximum, default: preset, examples } = node;
    const allowed = values ?? node.items?.enum;
    const example = examples?.[0];
    const parts = [
        required ? "Required." : "",
        allowed === undefined ? "" : `One of: ${allowed.map((value) => `\`${value}\``).join(", ")}.`,
        minimum === undefined || maximum === undefined ? "" : `From ${minimum} to ${maximum}.`,
        hasValue(preset) ? `Default: \`${toFlowYaml(preset)}\`.` : "",
        example === undefined || hasValue(preset) ? "" : `Example: \`${toFlowYaml(example)}\`.`,
    ];
    return parts.filter((part) => part !== "").join(" ");
}

/** Empty lists and maps are the same as no value. */
function hasValue(preset: unknown): boolean {
    if (preset === undefined) return false;
    return typeof preset !== "object" || preset === null || Object.keys(preset).length > 0;
}

function describe(node: SchemaNode): string {
    return cell(node.description ?? "");
}

function cell(text: string): string {
    return text.replace(/\s+/g, " ").trim().replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
