import { Ajv, type ErrorObject, type SchemaValidateFunction, type ValidateFunction } from "ajv";
import { formatPath, stepsOf } from "./configPath.ts";
import { readConfigSchema, type SchemaNode } from "./configSchema.ts";
import { explainFault } from "./explainFault.ts";
import { VALUE_FORMS, type FormContext } from "./valueForms.ts";

export interface ShapeFault {
    /** The top-level key it is under, or undefined for the file as a whole. */
    readonly section: string | undefined;
    /** `sip.unknownPeers: must be one of drop, reject` */
    readonly text: string;
}

/**
 * Holds `data` against config.schema.yaml, in place: what is missing gets its default, and texts become what their
 * form says. Returns every fault found; none means that data has the shape of the schema.
 */
export function checkShape(data: object, context: FormContext): ShapeFault[] {
    const validate = (compiled ??= compile());
    validate.call(context, data);
    return (validate.errors ?? []).filter(isOwnFault).map((error) => describe(error, data));
}

/** Compiling takes as long as starting half the program, so only who needs it pays, once. */
let compiled: ValidateFunction | undefined;

function compile(): ValidateFunction {
    const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, passContext: true, strictTypes: false });
    ajv.addKeyword("tsType");
    ajv.addKeyword({ keyword: "as", schemaType: "string", modifying: true, errors: true, validate: parseAsForm });
    return ajv.compile(readConfigSchema());
}

function describe(
    { instancePath, keyword, params, message, parentSchema, data: value }: ErrorObject,
    data: object,
): ShapeFault {
    const schema = parentSchema as SchemaNode;
    const { key, text } = explainFault({ keyword, params: params as Record<string, unknown>, message, schema, value });
    const steps = stepsOf(instancePath, data);
    const path = key === undefined ? steps : [...steps, key];
    return { section: path[0]?.toString(), text: path.length === 0 ? text : `${formatPath(path)}: ${text}` };
}

/** Ajv also reports that a branch of `if` did not match, in addition to the error in the branch. */
function isOwnFault({ keyword }: ErrorObject): boolean {
    return keyword !== "if";
}

/** Ajv's interface for a keyword: replaces the value within its parent, and leaves errors on the function. */
const parseAsForm: SchemaValidateFunction = function (this: FormContext, name: string, value, _schema, place) {
    const form = VALUE_FORMS.get(name);
    if (form === undefined || place === undefined) throw new Error(`config.schema.yaml uses the unknown form ${name}`);
    let wants = `must be ${form.wants}`;
    try {
        const parsed = form.parse(value, this);
        if (parsed !== undefined) {
            (place.parentData as Record<string | number, unknown>)[place.parentDataProperty] = parsed;
            return true;
        }
    } catch (error) {
        if (error instanceof Error) wants = error.message;
    }
    parseAsForm.errors = [{ keyword: "as", message: wants, params: {} }];
    return false;
};
