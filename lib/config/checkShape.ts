import { Ajv, type ErrorObject, type SchemaValidateFunction, type ValidateFunction } from "ajv";
import { formatPath, type Path, stepsOf } from "./configPath.ts";
import { readConfigSchema, type SchemaNode } from "./configSchema.ts";
import { explainFault } from "./explainFault.ts";
import { repairShape } from "./repairShape.ts";
import { VALUE_FORMS, wantsOf, type FormContext } from "./valueForms.ts";

export interface ShapeFault {
    /** Where it is; empty for the file as a whole. */
    readonly path: Path;
    /** `sip.unknownPeers: must be one of drop, reject` */
    readonly text: string;
}

export interface ShapeContext extends FormContext {
    /** Whether the file has a key, if only without a value. */
    isWritten(path: Path): boolean;
}

/**
 * Checks `data` against config.schema.yaml, in place: missing keys get their default, and texts become what their form
 * says. Returns all faults. `data` has the shape of the schema afterwards: wrong values are replaced (`repairShape`).
 */
export function checkShape(data: object, context: ShapeContext): ShapeFault[] {
    const { validate, schema } = (compiled ??= compile());
    validate.call(context, data);
    const errors = (validate.errors ?? []).filter(isOwnFault);
    const faults = errors
        .filter((error) => !isExplained(error, errors))
        .map((error) => describe(error, { data, context, root: schema }));
    if (faults.length > 0)
        repairShape(
            data,
            faults.map(({ path }) => path),
            schema,
            context,
        );
    return faults;
}

/** Compiled when it is needed, once: it takes as long as half of the startup. */
let compiled: { readonly validate: ValidateFunction; readonly schema: SchemaNode } | undefined;

function compile(): NonNullable<typeof compiled> {
    const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, passContext: true, strictTypes: false });
    ajv.addKeyword("tsType");
    ajv.addKeyword({ keyword: "as", schemaType: "string", modifying: true, errors: true, validate: parseAsForm });
    const schema = readConfigSchema();
    return { validate: ajv.compile(schema), schema };
}

function describe(
    { instancePath, keyword, params, message, parentSchema, data: value }: ErrorObject,
    { data, context, root }: { readonly data: object; readonly context: ShapeContext; readonly root: SchemaNode },
): ShapeFault {
    const schema = parentSchema as SchemaNode;
    const finding = { keyword, params: params as Record<string, unknown>, message, schema, value };
    const { key, text } = explainFault(finding, context, root);
    const steps = stepsOf(instancePath, data);
    const path = key === undefined ? steps : [...steps, key];
    const isEmpty = keyword === "required" && context.isWritten(path);
    const told = isEmpty ? "is empty; write its value behind the colon, or its keys indented below it" : text;
    return { path, text: path.length === 0 ? text : `${formatPath(path)}: ${told}` };
}

/** Ajv also reports that a branch of `if` did not match, in addition to the error in the branch. */
function isOwnFault({ keyword }: ErrorObject): boolean {
    return keyword !== "if";
}

/** A value of the wrong type is not one of the allowed words either, which says more. */
function isExplained({ keyword, instancePath }: ErrorObject, all: readonly ErrorObject[]): boolean {
    return keyword === "type" && all.some((other) => other.keyword === "enum" && other.instancePath === instancePath);
}

/** Ajv's interface for a keyword: replaces the value within its parent, and leaves errors on the function. */
const parseAsForm: SchemaValidateFunction = function (this: FormContext, name: string, value, schema, place) {
    const form = VALUE_FORMS.get(name);
    if (form === undefined || place === undefined) throw new Error(`config.schema.yaml uses the unknown form ${name}`);
    let wants = `must be ${wantsOf(form, schema as SchemaNode | undefined)}`;
    try {
        rejectPlaceholder(value);
        const parsed = form.parse(value, this);
        if (parsed !== undefined) {
            (place.parentData as Record<string | number, unknown>)[place.parentDataProperty] = parsed;
            return true;
        }
        if (isPadded(value) && form.parse(value.trim(), this) !== undefined)
            wants = "must not begin or end with a space";
    } catch (error) {
        if (error instanceof Error) wants = error.message;
    }
    parseAsForm.errors = [{ keyword: "as", message: wants, params: {} }];
    return false;
};

function isPadded(value: unknown): value is string {
    return typeof value === "string" && value !== value.trim();
}

/** Texts that other programs replace, such as `${PASSWORD}` and `{{ password }}`. */
const PLACEHOLDER = /^(?:\$\{[^{}]*\}|\{\{.*\}\})$/;

function rejectPlaceholder(value: unknown): void {
    if (typeof value !== "string" || !PLACEHOLDER.test(value.trim())) return;
    throw new Error("is a placeholder; the bridge reads no environment variables, so write the value itself");
}
