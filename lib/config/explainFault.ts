import type { SchemaNode } from "./configSchema.ts";
import { nearestWord } from "./nearestWord.ts";
import { sectionsOfKey } from "./sectionsOfKey.ts";
import { VALUE_FORMS, wantsOf, type FormContext } from "./valueForms.ts";

/** What a JSON Schema validator found. */
export interface Finding {
    readonly keyword: string;
    readonly params: Readonly<Record<string, unknown>>;
    readonly message: string | undefined;
    /** The schema the value was held against. */
    readonly schema: SchemaNode;
    readonly value: unknown;
}

export interface FaultText {
    /** The key the fault is about, if it is one below the value that was looked at. */
    readonly key?: string;
    readonly text: string;
}

/** Longer lists of keys are not printed. */
const MOST_LISTED = 15;

/** What keys are called in other SIP software. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
    ["addresses", "inboundNetworks"],
    ["networks", "inboundNetworks"],
    ["permit", "inboundNetworks"],
    ["proof", "inboundAuth"],
    ["server", "address"],
    ["host", "address"],
    ["registrar", "register"],
    ["user", "username"],
    ["login", "username"],
    ["secret", "password"],
    ["encryption", "media"],
    ["externip", "publicAddress"],
    ["bind", "listen"],
]);

const WANTED: Readonly<Record<NonNullable<SchemaNode["type"]>, string>> = {
    object: "must be a section of keys",
    array: "must be a list",
    string: "must be text",
    integer: "must be an integer",
    number: "must be a number",
    boolean: "must be true or false",
};

/** A validator's finding in the words of someone who edits a file. */
export function explainFault(
    { keyword, params, message, schema, value }: Finding,
    context: FormContext,
    root: SchemaNode,
): FaultText {
    switch (keyword) {
        case "required":
            return { key: String(params.missingProperty), text: "is missing" };
        case "additionalProperties":
            return unknownKey(String(params.additionalProperty), Object.keys(schema.properties ?? {}), root);
        case "type":
            return { text: wrongType(schema, value, context) };
        case "enum":
            return { text: `must be ${oneOf(schema.enum ?? [])}${insteadOfYes(value, schema.enum ?? [])}` };
        case "minimum":
            return { text: `must be at least ${String(params.limit)}` };
        case "maximum":
            return { text: `must be at most ${String(params.limit)}` };
        case "exclusiveMinimum":
            return { text: `must be more than ${String(params.limit)}` };
        case "minItems":
            return { text: "must have at least one entry" };
        case "minLength":
            return { text: "must not be empty" };
        case "uniqueItems":
            return { text: `must not have the same entry twice ([${String(params.i)}] and [${String(params.j)}])` };
        default:
            return { text: message ?? "is not valid" };
    }
}

function unknownKey(key: string, known: readonly string[], root: SchemaNode): FaultText {
    const meant =
        [OTHER_NAMES.get(key.toLowerCase())].find((name) => known.includes(name ?? "")) ?? nearestWord(key, known);
    if (meant !== undefined) return { key, text: `is not a known key; did you mean ${meant}?` };
    if (known.length <= MOST_LISTED) return { key, text: `is not a known key; known are ${known.join(", ")}` };
    const sections = sectionsOfKey(key, root);
    if (sections.length > 0) return { key, text: `is not a known key here; indent it below ${sections.join(" or ")}` };
    return { key, text: "is not a known key; config.sample.yaml has all keys" };
}

function wrongType(schema: SchemaNode, value: unknown, context: FormContext): string {
    const { type = "object", examples, default: standard, properties } = schema;
    if (type === "string") return wrongText(schema, value, context);
    const isSection = typeof value === "object" && value !== null && !Array.isArray(value);
    if (type === "array" && isSection) return "must be a list; begin each entry with a dash";
    if (type === "array" && schema.items?.type !== "string") return `${WANTED[type]}; begin each entry with a dash`;
    if (type === "array" && (typeof value === "string" || typeof value === "number"))
        return `must be a list: ${JSON.stringify([String(value)])}`;
    if (type !== "array" && type !== "object") return `${WANTED[type]}${correctionOf(type, value)}`;
    if (type === "object" && isListOfSections(value)) return `${WANTED[type]}; remove the dashes`;
    if (typeof value === "string" && /^[A-Za-z]+:\S/.test(value) && type === "object") {
        return `${WANTED[type]}; write a space after each colon`;
    }
    const example = examples?.[0] ?? (Array.isArray(standard) && standard.length > 0 ? standard : undefined);
    if (example !== undefined) return `${WANTED[type]}, such as ${shortExample(example)}`;
    const [key] = Object.keys(properties ?? {});
    return key === undefined ? WANTED[type] : `${WANTED[type]}, such as ${key}:`;
}

function isListOfSections(value: unknown): boolean {
    return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === "object");
}

/** A list as it is, and the first entry of a section. */
function shortExample(example: unknown): string {
    if (typeof example !== "object" || example === null || Array.isArray(example)) return JSON.stringify(example);
    return JSON.stringify(Object.fromEntries(Object.entries(example).slice(0, 1)));
}

/** What makes a text the number or boolean that was meant. */
function correctionOf(type: "integer" | "number" | "boolean", value: unknown): string {
    if (typeof value !== "string") return "";
    if (type === "boolean")
        return /^(?:true|false)$/.test(value) ? "; remove the quotes" : insteadOfYes(value, [true, false]);
    if (/^-?[0-9]+(?:\.[0-9]+)?$/.test(value)) return "; remove the quotes";
    const amount = /^([0-9]+) ?[A-Za-z]+$/.exec(value)?.[1];
    return amount === undefined ? "" : `; write ${amount} without a unit`;
}

/** YAML 1.2 reads these words as text. */
const WORDS_OF_YAML_1_1: ReadonlyMap<string, boolean> = new Map([
    ["yes", true],
    ["on", true],
    ["no", false],
    ["off", false],
]);

function insteadOfYes(value: unknown, allowed: readonly unknown[]): string {
    const meant = typeof value === "string" ? WORDS_OF_YAML_1_1.get(value.toLowerCase()) : undefined;
    return meant === undefined || !allowed.includes(meant) ? "" : `; write ${meant} instead of ${String(value)}`;
}

/** Says what a key for text wants. A number or boolean that quotes would make right only needs them. */
function wrongText(schema: SchemaNode, value: unknown, context: FormContext): string {
    const form = schema.as === undefined ? undefined : VALUE_FORMS.get(schema.as);
    const isPlain = typeof value === "number" || typeof value === "boolean";
    if (isPlain && (form === undefined || isAccepted(() => form.parse(String(value), context)))) {
        return "must be text; put it in quotes";
    }
    const wanted = form === undefined ? "text" : wantsOf(form, schema);
    return Array.isArray(value) ? `must be a single value, not a list: ${wanted}` : `must be ${wanted}`;
}

function isAccepted(parse: () => unknown): boolean {
    try {
        return parse() !== undefined;
    } catch {
        return false;
    }
}

function oneOf(allowed: readonly string[]): string {
    return allowed.length === 1 ? allowed.join() : `one of ${allowed.join(", ")}`;
}
