import { fileURLToPath } from "node:url";
import { readYamlFile } from "./yamlFile.ts";

/** The part of JSON Schema that config.schema.yaml uses, and what it adds. */
export interface SchemaNode {
    readonly title?: string;
    readonly description?: string;
    readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
    readonly properties?: Readonly<Record<string, SchemaNode>>;
    readonly additionalProperties?: boolean | SchemaNode;
    readonly required?: readonly string[];
    readonly items?: SchemaNode;
    readonly enum?: readonly string[];
    readonly minimum?: number;
    readonly maximum?: number;
    readonly default?: unknown;
    readonly examples?: readonly unknown[];
    readonly else?: SchemaNode;
    readonly definitions?: Readonly<Record<string, SchemaNode>>;
    readonly $ref?: string;
    /** Key into `VALUE_FORMS`. */
    readonly as?: string;
    /** TypeScript type of the loaded value where neither `as` nor `type` gives it. */
    readonly tsType?: string;
}

/** config.schema.yaml, which is next to package.json in the sources and in the published package. */
export function readConfigSchema(): SchemaNode {
    return readYamlFile(fileURLToPath(new URL("../../config.schema.yaml", import.meta.url))).value as SchemaNode;
}

/** The definition a node refers to, or the node. */
export function resolveNode(node: SchemaNode, root: SchemaNode): SchemaNode {
    const name = node.$ref?.replace("#/definitions/", "");
    return name === undefined ? node : { ...root.definitions?.[name], ...node };
}
