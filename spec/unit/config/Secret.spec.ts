import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../../../lib/config/Secret.ts";

const secret = new Secret("hush");

describe("Secret", () => {
    it("is revealed on request only", () => {
        expect(secret.reveal()).toBe("hush");
    });

    it.each<[how: string, printed: string]>([
        ["as text", String(secret)],
        ["in JSON", JSON.stringify({ secret })],
        ["by console.log", inspect({ secret }, { showHidden: true })],
    ])("is hidden %s", (_, printed) => {
        expect(printed).toContain("***");
        expect(printed).not.toContain("hush");
    });
});
