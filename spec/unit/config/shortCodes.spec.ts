import { afterAll, describe, expect, it } from "vitest";
import { sipTrunksOf } from "../../../lib/assembly/sipTrunksOf.ts";
import { dialPlanRulesOf } from "../../../lib/config/dialPlanRules.ts";
import { numberingOf } from "../../../lib/config/numberingOf.ts";
import { DialPlan } from "../../../lib/numbering/DialPlan.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { parsePhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import { parseRemoteParty } from "../../../lib/numbering/RemoteParty.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const folder = new ConfigFolder();
afterAll(() => folder.remove());

/** A PBX with extensions of five digits, a carrier that takes codes of three digits, and one without keys of its own. */
const config = folder.load({
    ...MINIMAL_CONFIG,
    numbers: { defaultCountry: "GB", shortCodeDigits: 4 },
    dialling: { allow: [{ users: ["*"], numbers: ["*"] }] },
    trunks: [
        { name: "pbx", address: "192.0.2.1", media: "webrtc", shortCodes: ["2????", "\\*\\*610"], shortCodeDigits: 0 },
        { name: "carrier", address: "192.0.2.2", media: "webrtc", prefixes: ["", "+"], shortCodeDigits: 3 },
        { name: "spare", address: "192.0.2.3", media: "webrtc", prefixes: ["", "+"] },
    ],
});
const plan = new DialPlan(dialPlanRulesOf(config));

describe("a short code", () => {
    it.each([
        ["20011", ["pbx"]],
        ["**610", ["pbx"]],
        ["112", ["carrier", "spare"]],
        ["1234", ["spare"]],
        ["+442071838750", ["pbx", "carrier", "spare"]],
    ])("%s is sent to the trunks that declare it: %j", (dialled, trunks) => {
        const party = parseRemoteParty(dialled, numberingOf(config));
        expect(party && plan.whoMayDial(alice, party)).toMatchObject({ kind: "allowed", trunks });
    });

    it.each(["30011", "**611", "123456"])("%s, which no trunk declares, cannot be called", (dialled) => {
        const party = parseRemoteParty(dialled, numberingOf(config));
        expect(party && plan.whoMayDial(alice, party)).toEqual({ kind: "forbidden" });
    });

    it("is left as it is in what its trunk sends, and in nothing that others send", () => {
        const trunks = folder.load({
            ...MINIMAL_CONFIG,
            numbers: { defaultCountry: "FO" },
            trunks: [
                { name: "pbx", address: "192.0.2.1", media: "webrtc", shortCodes: ["201234"] },
                { name: "carrier", address: "192.0.2.2", media: "webrtc" },
            ],
        });
        const [pbx, carrier] = sipTrunksOf(trunks).trunks;
        expect(pbx && parsePhoneNumber("201234", pbx)).toBe("201234");
        expect(carrier && parsePhoneNumber("201234", carrier)).toBe("+298201234");
    });
});
