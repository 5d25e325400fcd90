import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeVersionError } from "../../../lib/assembly/nodeVersionError.ts";

const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    readonly engines: { readonly node: string };
};

describe("nodeVersionError", () => {
    it.each(["18.20.4", "20.20.2", "22.14.0"])("names the needed version for Node %s", (version) => {
        expect(nodeVersionError(version)).toMatch(
            new RegExp(`needs Node 22\\.15 or newer, but this is Node ${version};`),
        );
    });

    it.each(["22.15.0", "23.0.0", "24.21.0"])("accepts Node %s", (version) => {
        expect(nodeVersionError(version)).toBeUndefined();
    });

    it("needs the same version as package.json", () => {
        expect(nodeVersionError("0.0.0")).toContain(`Node ${manifest.engines.node.replace(">=", "")} or newer`);
    });
});
