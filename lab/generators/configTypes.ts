import { compile, type JSONSchema } from "json-schema-to-typescript";
import type { SchemaNode } from "../../lib/config/configSchema.ts";
import { VALUE_FORMS } from "../../lib/config/valueForms.ts";

const IMPORTS: Readonly<Record<string, string>> = {
    CountryCode: "../numbering/PhoneNumber.ts",
    Endpoint: "./HostPort.ts",
    HostPort: "./HostPort.ts",
    InboundRouteRules: "../numbering/InboundRoutes.ts",
    MatrixRoomId: "../numbering/MatrixUserId.ts",
    MatrixUserId: "../numbering/MatrixUserId.ts",
    NumberPattern: "../numbering/NumberPattern.ts",
    PhoneNumber: "../numbering/PhoneNumber.ts",
    Secret: "./Secret.ts",
    SipListener: "./HostPort.ts",
};

/** The types of the loaded configuration: defaults filled in, values parsed, nothing to be written to. */
export async function configTypes(schema: SchemaNode): Promise<string> {
    const types = await compile(asLoaded(schema) as JSONSchema, "Config", {
        bannerComment: "",
        unreachableDefinitions: true,
        ignoreMinAndMaxItems: true,
        style: { tabWidth: 4, printWidth: 120 },
    });
    const body = withoutReferenceNotes(readonly(types));
    return `/* Written by lab/generate.ts from config.schema.yaml. Change that and run npm run generate. */\n${imports(body)}\n${body}`;
}

/** The schema of what loadConfig returns, where that of the file is given: what has a default is always there. */
function asLoaded(node: SchemaNode): unknown {
    // a description next to a reference would make another type of it
    if (node.$ref !== undefined) return { $ref: node.$ref };
    const { as, properties, definitions, items, additionalProperties, ...rest } = node;
    delete (rest as { default?: unknown }).default;
    delete (rest as { examples?: unknown }).examples;
    const form = as === undefined ? undefined : VALUE_FORMS.get(as);
    if (as !== undefined && form === undefined) throw new Error(`config.schema.yaml uses the unknown form ${as}`);
    return {
        ...rest,
        ...(form !== undefined && { tsType: form.tsType }),
        ...(properties !== undefined && { properties: mapValues(properties, asLoaded), required: requiredOf(node) }),
        ...(definitions !== undefined && { definitions: mapValues(definitions, asLoaded) }),
        ...(items !== undefined && { items: asLoaded(items) }),
        ...(additionalProperties !== undefined && {
            additionalProperties:
                typeof additionalProperties === "boolean" ? additionalProperties : asLoaded(additionalProperties),
        }),
    };
}

function requiredOf({ required = [], properties = {} }: SchemaNode): string[] {
    const defaulted = Object.entries(properties).filter(([, property]) => property.default !== undefined);
    return [...required, ...defaulted.map(([name]) => name)];
}

function mapValues<In, Out>(record: Readonly<Record<string, In>>, map: (value: In) => Out): Record<string, Out> {
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function readonly(types: string): string {
    return types
        .replace(/^( {4,})(\w+\??: )/gm, "$1readonly $2")
        .replace(/^( {4,}readonly \w+\??: )((?:\([^\n]*\)|\w+)\[\];)$/gm, "$1readonly $2");
}

function withoutReferenceNotes(types: string): string {
    return types.replace(
        /\/\*\*\n \* This interface was referenced by `Config`'s JSON-Schema\n(?: \* via [^\n]*\n)* \*\/\n/g,
        "",
    );
}

function imports(body: string): string {
    const used = Object.keys(IMPORTS).filter((name) => new RegExp(`\\b${name}\\b`).test(body));
    const byModule = Object.entries(Object.groupBy(used, (name) => IMPORTS[name] ?? ""));
    return byModule
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([module, names]) => `import type { ${(names ?? []).join(", ")} } from "${module}";\n`)
        .join("");
}
