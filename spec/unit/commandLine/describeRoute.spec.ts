import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { describeRoute } from "../../../lib/commandLine/describeRoute.ts";
import { ConfigError } from "../../../lib/config/ConfigError.ts";
import type { Config } from "../../../lib/config/Config.generated.ts";
import { ConfigFolder, MINIMAL_CONFIG } from "../../support/configFile.ts";

let folder: ConfigFolder;
let config: Config;
beforeAll(() => {
    folder = new ConfigFolder();
    config = folder.loadText(
        stringify({
            ...MINIMAL_CONFIG,
            trunks: [
                { name: "carrier", address: "192.0.2.10", media: "webrtc", callerId: "+442071838751", trusted: true },
                {
                    name: "box",
                    address: "192.0.2.11",
                    media: "webrtc",
                    prefixes: ["*", "+49"],
                    stripPrefix: "9",
                    defaultCountry: "DE",
                    defaultUser: "@home:matrix.example",
                },
            ],
            accounts: [{ username: "desk", password: "secret", user: "@alice:matrix.example", media: "webrtc" }],
            numbers: {
                defaultCountry: "GB",
                map: { "+442071838750": "@alice:matrix.example", "20??": "@ext{digits}:matrix.example" },
            },
            dialling: { allow: [{ users: ["@alice:matrix.example"], numbers: ["+44*", "+49*", "\\*\\*610", "999"] }] },
        }),
    );
});
afterAll(() => folder.remove());

const inbound = (called: string, from?: string) => describeRoute(config, { called, from, as: undefined });
const outbound = (called: string, as = "@alice:matrix.example") =>
    describeRoute(config, { called, from: undefined, as });

describe("describeRoute", () => {
    it("prints the user, the entry and the phones of an inbound call", () => {
        expect(inbound("020 7183 8750", "carrier")).toEqual({
            isAllowed: true,
            lines: [
                "Inbound call to 020 7183 8750 from carrier",
                "  called      number +442071838750, or address 02071838750@127.0.0.1",
                "  reaches     @alice:matrix.example",
                "  because of  numbers.map: +442071838750",
                "  phones      desk",
            ],
        });
    });

    it("reads an inbound number as the trunk sends it, with its prefix and country", () => {
        expect(inbound("92042", "box").lines).toContain("  reaches     @ext2042:matrix.example");
        expect(inbound("903023125012", "box").lines.join("\n")).toMatch(/number \+493023125012[^]*defaultUser of box/);
    });

    it("leads a call to a SIP URI without a user to the defaultUser of the trunk, and rejects it without one", () => {
        expect(inbound("sip:192.0.2.5", "box").lines).toContain("  reaches     @home:matrix.example");
        expect(inbound("sip:192.0.2.5", "carrier").lines.at(-1)).toContain("rejected with 484");
    });

    it("says why an inbound call is rejected", () => {
        expect(inbound("3042", "carrier")).toMatchObject({
            isAllowed: false,
            lines: expect.arrayContaining([
                "  rejected with 404: no entry of numbers.map matches, and carrier has no defaultUser",
            ]) as string[],
        });
        expect(inbound("3042").lines.at(-1)).toMatch(/with --from box, it reaches a defaultUser$/);
    });

    it("throws an error that names the wrong option", () => {
        const faultOf = (call: () => unknown): unknown => {
            try {
                return call();
            } catch (error) {
                return error instanceof ConfigError ? error.faults : error;
            }
        };
        expect(faultOf(() => inbound("3042", "nowhere"))).toEqual([
            "--from: there is no peer or trunk nowhere; known are carrier, box",
        ]);
        expect(faultOf(() => outbound("999", "alice"))).toEqual([
            "--as: alice is not a Matrix user such as @alice:matrix.example",
        ]);
    });

    it("prints rule, trunks and headers of an outbound call", () => {
        expect(outbound("020 7946 0123")).toEqual({
            isAllowed: true,
            lines: [
                "Outbound call by @alice:matrix.example to 020 7946 0123",
                "  called      number +442079460123",
                "  allowed by  dialling.allow[0]: +44*",
                "  trunks      carrier",
                "  INVITE      sip:+442079460123@192.0.2.10;user=phone",
                "  From: <sip:+442071838751@<address of the bridge>;user=phone>",
                "  P-Asserted-Identity: <sip:+442071838751@<address of the bridge>;user=phone>",
            ],
        });
    });

    it("prints the phones that ring instead of a trunk", () => {
        expect(outbound("+442071838750").lines.at(-1)).toBe("  phones      desk of @alice:matrix.example");
    });

    it.each<[called: string, as: string | undefined, reason: RegExp]>([
        ["+12125551234", undefined, /^ {2}rejected: no rule of dialling\.allow allows it to @alice:matrix\.example$/],
        ["020 7946 0123", "@bob:matrix.example", /^ {2}rejected: no rule of dialling\.allow allows it to @bob/],
        ["12345678", undefined, /^ {2}rejected: number 12345678 is neither a full number nor a short code;/],
        ["999", undefined, /^ {2}rejected: no trunk serves it; see prefixes and domains of trunks$/],
        ["hello", undefined, /^ {2}rejected: this is neither a number nor a SIP address$/],
    ])("says why %s by %s is rejected", (called, as, reason) => {
        const answer = outbound(called, as);
        expect(answer.isAllowed).toBe(false);
        expect(answer.lines.at(-1)).toMatch(reason);
    });
});
