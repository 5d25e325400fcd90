import { describe, expect, it } from "vitest";
import { drawPng } from "../../../../lib/admin/trace/drawPng.ts";

const svgOf = (text: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="4" y="24" font-family="sans-serif">${text}</text></svg>`;

describe("drawPng", { timeout: 30_000 }, () => {
    it("draws a picture whose text can be seen, at one and a half times its size", async () => {
        const [drawn, blank] = await Promise.all([drawPng(svgOf("486 Été → €")), drawPng(svgOf(""))]);
        expect(drawn).toMatchObject({ width: 300, height: 60 });
        expect(Buffer.from(drawn.bytes).toString("latin1", 1, 4)).toBe("PNG");
        expect(drawn.bytes.length).toBeGreaterThan(2 * blank.bytes.length);
    });

    it("rejects what is no picture, and draws the next one", async () => {
        await expect(drawPng("<html>")).rejects.toThrow("SVG");
        expect(await drawPng(svgOf("200 OK"))).toMatchObject({ width: 300 });
    });
});
