import { describe, expect, it } from "vitest";
import { isSharedSecret } from "../../../../lib/sip-server/drachtio/sharedSecret.ts";

describe("isSharedSecret", () => {
    it.each([
        ["cymru", true],
        ["cymrU", false],
        ["cymru ", false],
        ["", false],
        ["cymrucymrucymru", false],
    ])("compares %j", (offered, verdict) => {
        expect(isSharedSecret(offered, "cymru")).toBe(verdict);
    });
});
