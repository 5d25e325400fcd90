import { describe, expect, it } from "vitest";
import type { Config } from "../../../lib/config/Config.generated.ts";
import { messageWarnings } from "../../../lib/config/messageWarnings.ts";

const warningsWith = (messaging: object): string[] =>
    messageWarnings({ messaging: { services: [], ...messaging } } as unknown as Config);
const telnyx = { profile: "telnyx", account: "", webhookKey: "key" };
const web = { publicUrl: "https://sms.example" };

describe("messageWarnings", () => {
    it.each<[string, object, RegExp]>([
        ["services without a listener", { services: [telnyx] }, /messaging\.web is not set/],
        [
            "a telnyx service without a key",
            { web, services: [{ ...telnyx, webhookKey: undefined }] },
            /\[0\]: every webhook/,
        ],
        [
            "a twilio service without an account",
            { web, services: [{ ...telnyx, profile: "twilio" }] },
            /\[0\]: every request/,
        ],
        ["a public URL without TLS", { web: { publicUrl: "http://sms.example" } }, /without encryption/],
    ])("warns about %s", (_, messaging, expected) => {
        expect(warningsWith(messaging)).toEqual([expect.stringMatching(expected)]);
    });

    it("has nothing to say about a complete configuration, or one without messages", () => {
        expect(warningsWith({ web, services: [telnyx] })).toEqual([]);
        expect(warningsWith({})).toEqual([]);
        expect(warningsWith({ web: { publicUrl: "http://127.0.0.1:9996" } })).toEqual([]);
    });
});
