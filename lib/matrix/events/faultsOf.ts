import type { z } from "zod";

/** Lists the invalid fields of a validation error in one line, for the debug log. Contains no values. */
export function faultsOf(error: z.ZodError): string {
    return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}
