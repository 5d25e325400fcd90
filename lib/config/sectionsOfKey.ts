import { resolveNode, type SchemaNode } from "./configSchema.ts";

/** More places than this do not help to find the right one. */
const MOST_PLACES = 3;

/** The sections that have such a key, as `sip.peers`, if there are only a few. Pure. */
export function sectionsOfKey(key: string, root: SchemaNode): readonly string[] {
    const found = search(root, { key, root, path: [] });
    return found.length <= MOST_PLACES ? found : [];
}

interface Search {
    readonly key: string;
    readonly root: SchemaNode;
    readonly path: readonly string[];
}

function search(written: SchemaNode, { key, root, path }: Search): readonly string[] {
    const node = resolveNode(written, root);
    const { properties = {}, items } = node.else === undefined ? node : resolveNode(node.else, root);
    const here = path.length > 0 && key in properties ? [path.join(".")] : [];
    const below = Object.entries(properties).flatMap(([step, child]) =>
        search(child, { key, root, path: [...path, step] }),
    );
    return [...here, ...below, ...(items === undefined ? [] : search(items, { key, root, path }))];
}
