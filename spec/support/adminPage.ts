import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { World } from "../../lab/world/World.ts";
import { ALL_COMMANDS } from "../../lib/admin/allCommands.ts";

interface PageAccess {
    readonly url: string;
    readonly token: string;
}

const PHONE = { width: 390, height: 844 };

/**
 * Expects the page to show a live call, and the ladder and the audio of an ended one. Leaves screenshots in the directory of
 * the bridge: light and dark, wide and as a phone shows it.
 */
export async function expectAdminPage({ chromium, bridge }: World, { url, token }: PageAccess): Promise<void> {
    const page = await chromium.openPage(url);
    const shoot = async (name: string): Promise<void> =>
        writeFileSync(join(bridge.directory, `admin-${name}.png`), await page.screenshot({ fullPage: true }));
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.fill("#token", "wrong");
    await page.click("#login button");
    await page.locator("#problem", { hasText: "The token is wrong." }).waitFor();
    await page.fill("#token", token);
    await page.click("#login button");
    await page.locator("#live tbody tr", { hasText: "@alice:matrix.example" }).waitFor();
    expect(await page.textContent("#live")).toContain("connected for");
    expect(await page.textContent("#parts")).toContain("homeserver");
    await shoot("light");
    // the newest call in which both parties sent RTCP
    await page.locator("#recent tbody tr", { hasText: "phone@127.0.0.1" }).getByRole("button").click();
    await page.locator("#messages li", { hasText: "INVITE" }).first().waitFor();
    expect(await page.locator("#audio tbody tr").allInnerTexts()).toMatchObject([
        expect.stringMatching(/^caller\t.*ms\t[1-5]/),
        expect.stringMatching(/^callee\t.*ms\t[1-5]/),
    ]);
    const directions = `[...document.querySelectorAll("#messages li")].map((line) => line.className)`;
    const arrows = await page.evaluate<string[]>(directions);
    expect(arrows).toEqual(["received", "sent", "sent", "received", "sent", "received"]);
    await shoot("call-light");
    await page.emulateMedia({ colorScheme: "dark" });
    await shoot("call-dark");
    await page.setViewportSize(PHONE);
    await shoot("phone-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await shoot("phone-light");
    // nothing is wider than the screen
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(PHONE.width);
    expect(problems).toEqual([]);
    await page.close();
}

/** Expects a browser to read an OpenAPI document with every command. */
export async function expectOpenApi({ chromium }: World, { url, token }: PageAccess): Promise<void> {
    const page = await chromium.openPage(url);
    const read = `fetch("/v1", { headers: { Authorization: "Bearer ${token}" } }).then((response) => response.json())`;
    const document = await page.evaluate<{ openapi: string; paths: Readonly<Record<string, object>> }>(read);
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toEqual(ALL_COMMANDS.map(({ name }) => `/v1/${name}`).sort());
    await page.close();
}

/** Expects a browser to show a picture in the size that its event says, with something in the colour of arrows. */
export async function expectPicture({ chromium, bridge }: World, bytes: Buffer, info: unknown): Promise<void> {
    writeFileSync(join(bridge.directory, "trace.png"), bytes);
    const page = await chromium.openPage("about:blank");
    const look = `(async () => {
        const image = new Image();
        image.src = "data:image/png;base64,${bytes.toString("base64")}";
        await image.decode();
        const { naturalWidth: w, naturalHeight: h } = image;
        const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        const { data } = context.getImageData(0, 0, w, h);
        let dark = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at] < 128) dark += 1;
        return { w, h, dark };
    })()`;
    const { w, h, dark } = await page.evaluate<{ w: number; h: number; dark: number }>(look);
    expect(info).toMatchObject({ mimetype: "image/png", size: bytes.length, w, h });
    expect(dark).toBeGreaterThan(1_000);
    await page.close();
}
