import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../../lib/admin/allCommands.ts";

const folder = new URL("../../../lib/admin/commands/", import.meta.url);

describe("commands", () => {
    it("are declared one in each file, which has the name of the command", async () => {
        const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
        expect(files.sort()).toEqual(ALL_COMMANDS.map(({ name }) => `${name}.ts`).sort());
        for (const file of files) {
            const exported = Object.values((await import(new URL(file, folder).href)) as object);
            expect(exported, file).toEqual([ALL_COMMANDS.find(({ name }) => `${name}.ts` === file)]);
        }
    });
});
