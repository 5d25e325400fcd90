/** Never written at any level. */
const SECRET_FIELD = /password|secret|token|authorization|credential/i;
/** Written at debug only: what people said to each other and who they are. */
const PRIVATE_FIELD = /^(?:sdp|.*Sdp|number|.*Number|phone|displayName|callerId|body)$/;

const HIDDEN = "***";

/**
 * A log field's value as it may be written: a safety net in addition to the rule that such values are not logged in the first
 * place. Errors become plain data, with their causes.
 */
export function redactField(name: string, value: unknown, level: string): unknown {
    if (SECRET_FIELD.test(name) || (level !== "debug" && PRIVATE_FIELD.test(name))) return HIDDEN;
    return value instanceof Error ? plainError(value) : value;
}

function plainError(error: Error): Readonly<Record<string, unknown>> {
    const code = "code" in error ? { code: error.code } : {};
    const cause = error.cause instanceof Error ? { cause: plainError(error.cause) } : {};
    return { name: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
