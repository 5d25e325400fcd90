import { describe, expect, it } from "vitest";
import {
    answerAsUas,
    expireAfter,
    intervalTooSmall,
    readAsUac,
    readSessionExpires,
    refreshAfter,
} from "../../../../lib/sip-server/dialog/sessionTimer.ts";
import { Headers } from "../../../../lib/sip-server/sip/Headers.ts";

const policy = { minSeconds: 90, refresher: "uac" } as const;

function headers(fields: Readonly<Record<string, string>>): Headers {
    return new Headers(Object.entries(fields));
}

describe("Session-Expires", () => {
    it.each([
        ["1800", { seconds: 1800, refresher: undefined }],
        ["1800;refresher=uas", { seconds: 1800, refresher: "uas" }],
        [" 90 ; Refresher=UAC", { seconds: 90, refresher: "uac" }],
        ["1800;refresher=other", { seconds: 1800, refresher: undefined }],
        ["0", undefined],
        ["soon", undefined],
        ["-1", undefined],
        ["9999999999", undefined],
    ])("%s", (value, expected) => {
        expect(readSessionExpires(headers({ "Session-Expires": value }))).toEqual(expected);
    });

    it("is refused when too short, but only to those who understand why", () => {
        expect(intervalTooSmall(headers({ "Session-Expires": "60", Supported: "timer" }), policy)).toBe(90);
        expect(intervalTooSmall(headers({ "Session-Expires": "60" }), policy)).toBeUndefined();
        expect(intervalTooSmall(headers({ "Session-Expires": "90", Supported: "timer" }), policy)).toBeUndefined();
    });
});

describe("what a UAS answers", () => {
    const timer = { Supported: "100rel, timer" };
    it.each([
        ["neither side wants a timer", {}, {}, undefined],
        ["the peer leaves the refresher to us", { ...timer, "Session-Expires": "1800" }, {}, "1800;refresher=uac"],
        [
            "the peer names the refresher",
            { ...timer, "Session-Expires": "1800;refresher=uas" },
            {},
            "1800;refresher=uas",
        ],
        ["a proxy asked for a peer without timers", { "Session-Expires": "1800" }, {}, "1800;refresher=uas"],
        [
            "the application wants it shorter",
            { ...timer, "Session-Expires": "1800" },
            { "Session-Expires": "600" },
            "600;refresher=uac",
        ],
        [
            "the application wants it longer",
            { ...timer, "Session-Expires": "1800" },
            { "Session-Expires": "3600" },
            "1800;refresher=uac",
        ],
        ["only the application wants one", timer, { "Session-Expires": "600;refresher=uas" }, "600;refresher=uas"],
        [
            "never below the peer's Min-SE",
            { ...timer, "Min-SE": "300", "Session-Expires": "300" },
            { "Session-Expires": "100" },
            "300;refresher=uac",
        ],
    ])("%s", (_what, asked, given, expected) => {
        const answer = answerAsUas(headers(asked), headers(given), policy);
        expect(answer?.sessionExpires).toBe(expected);
        expect(answer?.timer.weRefresh).toBe(expected?.endsWith("uas"));
        expect(answer?.requireTimer ?? false).toBe(expected?.endsWith("uac") ?? false);
    });
});

describe("what a UAC reads", () => {
    it.each([
        [
            "the answer decides",
            { "Session-Expires": "1800" },
            { "Session-Expires": "900;refresher=uas" },
            { seconds: 900, weRefresh: false },
        ],
        [
            "we refresh",
            { "Session-Expires": "1800" },
            { "Session-Expires": "900;refresher=uac" },
            { seconds: 900, weRefresh: true },
        ],
        [
            "the peer knows of no timers: we refresh for both",
            { "Session-Expires": "1800" },
            {},
            { seconds: 1800, weRefresh: true },
        ],
        ["neither side wants one", {}, {}, undefined],
        ["a proxy asked for one", {}, { "Session-Expires": "900;refresher=uac" }, { seconds: 900, weRefresh: true }],
    ])("%s", (_what, asked, answered, expected) => {
        expect(readAsUac(headers(asked), headers(answered))).toEqual(expected);
    });

    it.each([
        [90, 45_000, 60_000],
        [1800, 900_000, 1_768_000],
    ])("of %i seconds refreshes and gives up in time", (seconds, refresh, expire) => {
        expect(refreshAfter({ seconds, weRefresh: true })).toBe(refresh);
        expect(expireAfter({ seconds, weRefresh: true })).toBe(expire);
    });
});
