import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { prometheus } from "../../../lab/install/debianPackages.ts";
import { projectRoot } from "../../support/docs/markdown.ts";

const run = promisify(execFile);
const folder = join(projectRoot, "contrib/prometheus");

/** Debian's promtool. It exits with an error, which rejects, if a rule is wrong or a test fails. */
async function promtool(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(prometheus.provides, args, { cwd: folder, timeout: 30_000 });
    return stdout;
}

describe("the alert rules in contrib/", () => {
    it("are valid for Prometheus", async () => {
        expect(await promtool("check", "rules", "alerts.yml")).toContain("SUCCESS");
    });

    it("fire and stay quiet as their tests say", async () => {
        expect(await promtool("test", "rules", "alerts.test.yml")).toContain("SUCCESS");
    });
});
