import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfigSchema, resolveNode, type SchemaNode } from "../../../lib/config/configSchema.ts";
import { filesUnder, projectRoot } from "./markdown.ts";

/** Everything that a document can name: files, and what their texts declare. */
export class SourceNames {
    readonly #paths = ["lib", "lab", "bench", "spec", "docs"].flatMap(filesUnder);
    readonly #texts = new Map(
        this.#paths
            .filter((path) => /\.(ts|mjs|cjs|yaml)$/.test(path) && !path.startsWith("spec/unit/docs/"))
            .map((path) => [path, readFileSync(join(projectRoot, path), "utf8")]),
    );
    readonly #words = new Set([...this.#texts.values()].flatMap((text) => text.match(/\w+/g) ?? []));
    readonly #schema = readConfigSchema();

    /** Whether there is such a file or folder. A path that does not begin at the root may be the end of one. */
    hasPath(path: string): boolean {
        const isFolder = path.endsWith("/");
        return this.#paths.some((known) =>
            isFolder ? `/${known}`.includes(`/${path}`) : known === path || known.endsWith(`/${path}`),
        );
    }

    /** Whether a type, class or function of this name is declared, and its file contains the member. */
    declares(name: string, member: string | undefined): boolean {
        const declaration = new RegExp(`\\b(class|interface|type|function|const) ${name}\\b`);
        const within = new RegExp(`\\b${member ?? name}\\b`);
        return [...this.#texts.values()].some((text) => declaration.test(text) && within.test(text));
    }

    /** Whether any source contains this word. */
    mentions(word: string): boolean {
        return this.#words.has(word) || Object.keys(this.#schema.properties ?? {}).includes(word) || this.hasKey(word);
    }

    /** Whether a configuration key of this name exists in any section. */
    hasKey(name: string): boolean {
        const sections = [this.#schema, ...Object.values(this.#schema.definitions ?? {})];
        return sections.some((section) => this.#hasKeyBelow(section, name));
    }

    /** Whether a dotted path, such as `sip.registrar.realm`, names a configuration key. */
    hasKeyPath(path: string): boolean {
        let node: SchemaNode | undefined = this.#schema;
        for (const name of path.split(".")) {
            node = this.#sectionOf(node)?.properties?.[name];
            if (node === undefined) return false;
        }
        return true;
    }

    /** Whether the configuration has a section of this name at its top level. */
    hasSection(name: string): boolean {
        return this.#schema.properties?.[name] !== undefined;
    }

    #sectionOf(node: SchemaNode): SchemaNode | undefined {
        const resolved = resolveNode(node, this.#schema);
        if (resolved.items !== undefined) return resolveNode(resolved.items, this.#schema);
        return resolved.else === undefined ? resolved : resolveNode(resolved.else, this.#schema);
    }

    #hasKeyBelow(node: SchemaNode, name: string): boolean {
        const properties = this.#sectionOf(node)?.properties ?? {};
        return Object.entries(properties).some(([key, child]) => key === name || this.#hasKeyBelow(child, name));
    }
}
