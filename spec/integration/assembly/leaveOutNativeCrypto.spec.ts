import { tmpdir } from "node:os";
import { execa } from "execa";
import { expect, it } from "vitest";

const module = new URL("../../../lib/assembly/leaveOutNativeCrypto.ts", import.meta.url).href;

it("the framework finds a stand-in for its crypto addon where none is installed", async () => {
    const program = `
        import { createRequire } from "node:module";
        import { leaveOutNativeCrypto } from ${JSON.stringify(module)};
        leaveOutNativeCrypto();
        const addon = createRequire(process.cwd() + "/")("@matrix-org/matrix-sdk-crypto-nodejs");
        console.log(typeof addon.OlmMachine);
    `;
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program], { cwd: tmpdir() });
    expect(stdout).toBe("function");
});
