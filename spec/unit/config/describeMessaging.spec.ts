import { describe, expect, it } from "vitest";
import { describeFeatures, describeMessaging } from "../../../lib/config/describeMessaging.ts";
import type { Config } from "../../../lib/config/Config.generated.ts";

const describedWith = (messaging: object): string =>
    describeMessaging({ messaging: { allow: [], services: [], ...messaging } } as unknown as Config);

describe("describeMessaging", () => {
    it.each([
        [{}, "are received only: no rule allows to send any"],
        [{ allow: [{}] }, "1 rule"],
        [{ allow: [{}, {}], services: [{ name: "telnyx" }] }, "2 rules, SMS by telnyx"],
        [{ allow: [{}], web: { publicUrl: "https://a.example" } }, "1 rule, web listener for https://a.example"],
    ])("describes %j", (messaging, expected) => {
        expect(describedWith(messaging)).toBe(expected);
    });
});

describe("describeFeatures", () => {
    it("names what each trunk has used or rejected", () => {
        expect(describeFeatures({ "trunk carrier": { cpim: "used", imdn: "rejected" } })).toEqual([
            "trunk carrier: plain text, cpim, no imdn",
        ]);
    });
});
