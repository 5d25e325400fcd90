import { afterAll, describe, expect, it } from "vitest";
import { ConfigFolder, faultTextsOf, MINIMAL_CONFIG } from "../../support/configFile.ts";

const folder = new ConfigFolder();
afterAll(() => folder.remove());

describe("the error message of a value that is written as in another program", () => {
    it.each<[what: string, change: object, fault: string]>([
        [
            "a section with dashes",
            { numbers: { map: [{ "2001": "@a:matrix.example" }] } },
            "numbers.map: must be a section of keys; remove the dashes",
        ],
        [
            "a name in permissions",
            { permissions: { alice: "admin" } },
            'permissions.alice: must be a user ID such as @alice:matrix.example, a server name, or "*"',
        ],
        [
            "a placeholder",
            { metrics: { listen: "${METRICS_LISTEN}" } },
            "metrics.listen: is a placeholder; the bridge reads no environment variables, so write the value itself",
        ],
        [
            "a space behind a URL",
            { homeserver: { url: "http://127.0.0.1:8008 ", domain: "matrix.example" } },
            "homeserver.url: must not begin or end with a space",
        ],
        [
            "a time with a unit",
            { calls: { ringSeconds: "60s" } },
            "calls.ringSeconds: must be an integer; write 60 without a unit",
        ],
        ["brackets", { sip: { publicAddress: "[::1]" } }, "sip.publicAddress: must be without brackets: ::1"],
        [
            "a pattern of Asterisk",
            { numbers: { map: { _20XX: "@a:matrix.example" } } },
            "numbers.map._20XX: must have ? for each digit of a pattern: 20??",
        ],
    ])("says how to write %s", (_, change, fault) => {
        expect(faultTextsOf(() => folder.load({ ...MINIMAL_CONFIG, ...change }))).toEqual([fault]);
    });
});
