import type { SchemaNode } from "../../lib/config/configSchema.ts";
export function configSample(schema: SchemaNode): string {
    return schema.title ?? "";
}
