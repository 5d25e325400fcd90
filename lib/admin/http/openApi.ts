import type { Argument } from "../Argument.ts";
import type { AnyCommand } from "../Command.ts";

/** The OpenAPI 3.1 document of the HTTP API, derived from the declared commands. */
export function openApiDocument(commands: readonly AnyCommand[], version: string): object {
    return {
        openapi: "3.1.0",
        info: {
            title: "matrix-appservice-sip administration",
            version,
            description: "Commands of the bridge. Each path is a command of docs/commands.md.",
        },
        // where the document itself comes from
        servers: [{ url: "/" }],
        components: {
            securitySchemes: { token: { type: "http", scheme: "bearer" } },
            schemas: {
                Answer: {
                    type: "object",
                    required: ["data", "text"],
                    properties: {
                        data: { description: "The answer as data." },
                        text: { type: "string", description: "The answer as a person reads it." },
                    },
                },
                Failure: {
                    type: "object",
                    required: ["error"],
                    properties: { error: { type: "string" }, advice: { type: "string" } },
                },
            },
        },
        security: [{ token: [] }],
        paths: Object.fromEntries(commands.map((command) => [`/v1/${command.name}`, pathItem(command)])),
    };
}

function pathItem(command: AnyCommand): object {
    const { name, summary, details, effect, arguments: declared } = command;
    const operation = {
        operationId: name,
        summary,
        ...(details !== undefined && { description: details }),
        responses: {
            200: { description: "The answer.", content: jsonOf("Answer") },
            401: { description: "The token is missing or wrong." },
            422: { description: "The command was not carried out.", content: jsonOf("Failure") },
        },
    };
    if (effect === "inspect") return { get: { ...operation, parameters: Object.entries(declared).map(parameter) } };
    const required = Object.entries(declared).flatMap(([key, argument]) => (argument.required ? [key] : []));
    const properties = Object.fromEntries(Object.entries(declared).map(([key, argument]) => [key, schemaOf(argument)]));
    const schema = {
        type: "object",
        properties,
        ...(required.length > 0 && { required }),
        additionalProperties: false,
    };
    return { post: { ...operation, requestBody: { content: { "application/json": { schema } } } } };
}

function parameter([name, argument]: [string, Argument<unknown>]): object {
    const { description, required } = argument;
    return { name, in: "query", description, required, schema: schemaOf(argument) };
}

function schemaOf({ description, choices, example }: Argument<unknown>): object {
    return { type: "string", description, example, ...(choices !== undefined && { enum: choices }) };
}

function jsonOf(schema: string): object {
    return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
}
