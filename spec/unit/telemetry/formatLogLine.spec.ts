import { describe, expect, it } from "vitest";
import { formatLogLine } from "../../../lib/telemetry/formatLogLine.ts";

const line = (fields: object, level = "info"): string =>
    formatLogLine({ timestamp: "T", level, message: "m", ...fields }).replace(/^T \w+ +m */, "");

describe("formatLogLine", () => {
    it.each<[value: unknown, shown: string]>([
        ["plain", "plain"],
        ["", '""'],
        ["two words", '"two words"'],
        ["forged\nT ERROR line", '"forged\\nT ERROR line"'],
        ["\u001b[31mred", '"\\u001b[31mred"'],
        ["@alice:matrix.example", "@alice:matrix.example"],
        [12, "12"],
        [true, "true"],
        [null, "null"],
        [["udp/192.0.2.5:5060", 1], "udp/192.0.2.5:5060,1"],
        [["two words", "b"], '"two words,b"'],
        [[], "none"],
        [[{ a: 1 }], "[ { a: 1 } ]"],
        [{ a: { b: 1 } }, "{ a: { b: 1 } }"],
    ])("shows a value as %j", (value, shown) => {
        expect(line({ value })).toBe(`value=${shown}`);
    });

    it("survives a value that refers to itself, and cuts long ones", () => {
        const circle: { self?: unknown } = {};
        circle.self = circle;
        expect(line({ circle })).toContain("[Circular *1]");
        expect(line({ value: "x".repeat(5_000) })).toHaveLength("value=".length + 1_001);
    });

    it("shows an error in one line with its cause, and its place in the code if it is a bug of the bridge", () => {
        const cause = { name: "Error", message: "refused", stack: "Error: refused\n    at net" };
        const error = { name: "TypeError", message: "no media", stack: "TypeError: no media\n    at desk", cause };
        expect(line({ error })).toBe('error="TypeError: no media, because of Error: refused"');
        expect(line({ error }, "error")).toBe(
            'error="TypeError: no media, because of Error: refused"\n        at desk',
        );
    });

    it("leaves no blanks behind a message without fields", () => {
        expect(formatLogLine({ timestamp: "T", level: "warn", message: "m" })).toBe("T WARN  m");
    });
});
