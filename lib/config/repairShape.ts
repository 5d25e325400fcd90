import type { Path } from "./configPath.ts";
import { resolveNode, type SchemaNode } from "./configSchema.ts";
import { VALUE_FORMS, type FormContext } from "./valueForms.ts";

/** Stands in for a text whose key has neither a default nor a usable example, such as a password that is in a file. */
const ANY_TEXT = "placeholder";

/**
 * Gives the values at `broken` the shape of the schema, in place, so that everything else in the file can be checked
 * for its meaning. Optional values are removed, others become their default or an example. Such a configuration is
 * only good for finding more errors.
 */
export function repairShape(data: object, broken: readonly Path[], root: SchemaNode, context: FormContext): void {
    for (const path of broken) repair(data, path, root, context);
}

function repair(data: object, path: Path, root: SchemaNode, context: FormContext): void {
    let here: unknown = data;
    let node = root;
    for (const [index, step] of path.entries()) {
        // an earlier repair has replaced what this one is about
        if (typeof here !== "object" || here === null) return;
        const parent = here as Record<string | number, unknown>;
        const parentNode = node;
        node = childOf(parentNode, step, root);
        here = parent[step];
        if (index < path.length - 1) continue;
        const isNeeded = typeof step === "number" || parentNode.required?.includes(step) || node.default !== undefined;
        if (isNeeded) parent[step] = placeholderOf(node, root, context);
        else Reflect.deleteProperty(parent, step);
    }
}

function childOf(node: SchemaNode, step: string | number, root: SchemaNode): SchemaNode {
    const { properties, additionalProperties, items, examples, default: standard } = bodyOf(node, root);
    if (typeof step === "number") {
        const lists = [standard, examples?.[0]].map((each) =>
            Array.isArray(each) ? (each as readonly unknown[]) : [],
        );
        const examplesOfItem = lists.flatMap((list) => [list[step], list[0]]);
        return { examples: examplesOfItem, ...resolveNode(items ?? {}, root) };
    }
    const child = properties?.[step] ?? (typeof additionalProperties === "object" ? additionalProperties : {});
    return resolveNode(child, root);
}

/** `media` has its keys in the `else` of its condition. */
function bodyOf(node: SchemaNode, root: SchemaNode): SchemaNode {
    return node.else === undefined ? node : { ...node, ...resolveNode(node.else, root) };
}

function placeholderOf(written: SchemaNode, root: SchemaNode, context: FormContext): unknown {
    const node = bodyOf(resolveNode(written, root), root);
    const form = node.as === undefined ? undefined : VALUE_FORMS.get(node.as);
    const candidates = [node.default, ...(node.examples ?? []), ANY_TEXT].filter((each) => each !== undefined);
    if (form !== undefined) return candidates.map((each) => attempt(() => form.parse(each, context))).find(isDefined);
    switch (node.type) {
        case "object":
            return objectOf(node, root, context);
        case "array":
            return ((node.default ?? []) as readonly unknown[]).map((_, index) =>
                placeholderOf(childOf(node, index, root), root, context),
            );
        default:
            return node.enum?.[0] ?? candidates[0];
    }
}

function objectOf(node: SchemaNode, root: SchemaNode, context: FormContext): object {
    const wanted = Object.entries(node.properties ?? {}).filter(
        ([key, child]) => node.required?.includes(key) || resolveNode(child, root).default !== undefined,
    );
    return Object.fromEntries(wanted.map(([key, child]) => [key, placeholderOf(child, root, context)]));
}

function attempt(parse: () => unknown): unknown {
    try {
        return parse();
    } catch {
        return undefined;
    }
}

function isDefined(value: unknown): boolean {
    return value !== undefined;
}
