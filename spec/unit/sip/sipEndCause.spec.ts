import { describe, expect, test } from "vitest";
import { END_CAUSES, type EndCause } from "../../../lib/call/vocabulary.ts";
import {
    causeOfBye,
    causeOfCancel,
    causeOfFailure,
    causeOfServerBye,
    reasonHeader,
    sipEndingOf,
} from "../../../lib/sip/sipEndCause.ts";
import type { SipHeaders } from "../../../lib/sip/SipStack.ts";

function reason(value?: string): SipHeaders {
    return new Map(value === undefined ? [] : [["reason", value]]);
}

test("no end but the bridge's own unavailability is sent as 503", () => {
    const ends = END_CAUSES.filter((cause) => sipEndingOf(cause).status === 503);
    expect(ends).toEqual(["serviceUnavailable"]);
});

test("an unknown cause never changes the meaning of a BYE or a response", () => {
    const known = [1, 2, 3, 17, 18, 19, 20, 21, 22, 26, 27, 28, 34, 38, 41, 42, 44, 47, 58, 65, 79, 88, 102];
    for (let cause = 0; cause < 256; cause++) {
        if (known.includes(cause)) continue;
        expect(causeOfBye(reason(`Q.850;cause=${cause}`))).toBe("hungUp");
        expect(causeOfFailure(486, reason(`Q.850;cause=${cause}`), "nothing")).toBe("busy");
    }
});

describe("the ends of calls in SIP", () => {
    test.each<[EndCause, number, number]>([
        ["hungUp", 480, 16],
        ["cancelled", 487, 16],
        ["busy", 486, 17],
        ["declined", 603, 21],
        ["noAnswer", 480, 19],
        ["noResponse", 504, 38],
        ["unavailable", 480, 20],
        ["answeredElsewhere", 480, 26],
        ["notFound", 404, 1],
        ["badAddress", 484, 28],
        ["forbidden", 403, 57],
        ["limitReached", 403, 57],
        ["rejectedByNetwork", 403, 57],
        ["blocked", 603, 21],
        ["noCommonMedia", 488, 88],
        ["mediaLost", 504, 102],
        ["iceFailed", 480, 127],
        ["mediaDeviceFailed", 480, 127],
        ["networkFailure", 502, 38],
        ["serviceUnavailable", 503, 42],
        ["replaced", 486, 31],
        ["internalError", 500, 41],
    ])("%s is %i, Q.850 %i", (cause, status, q850) => {
        expect(sipEndingOf(cause)).toMatchObject({ status, q850 });
        expect(reasonHeader(cause)).toContain(`Q.850;cause=${q850}`);
    });

    test("an answer elsewhere is written as in RFC 3326, so that phones show no missed call", () => {
        expect(reasonHeader("answeredElsewhere")).toBe('SIP;cause=200;text="Call completed elsewhere",Q.850;cause=26');
    });
});

describe("a refused INVITE", () => {
    test.each<[EndCause, readonly number[]]>([
        [
            "networkFailure",
            [300, 302, 399, 400, 401, 405, 407, 406, 413, 414, 420, 421, 423, 439, 482, 483, 491, 493, 494, 499],
        ],
        ["rejectedByNetwork", [402, 403, 428, 429, 433, 436, 437, 438]],
        ["notFound", [404, 410, 604]],
        ["badAddress", [416, 484, 485]],
        ["noResponse", [408]],
        ["unavailable", [430, 480]],
        ["busy", [486, 600]],
        ["cancelled", [487]],
        ["noCommonMedia", [415, 488, 606]],
        ["networkFailure", [500, 501, 502, 503, 504, 505, 513, 580, 599]],
        ["declined", [603, 699]],
        ["blocked", [607, 608]],
    ])("is %s for %j", (cause, statuses) => {
        for (const status of statuses) expect(causeOfFailure(status, reason(), "nothing")).toBe(cause);
    });

    test.each<[number, string, EndCause]>([
        [500, "Q.850;cause=17", "busy"],
        // an unanswered request is not a call that was not answered
        [480, "Q.850;cause=18", "unavailable"],
        [408, "Q.850;cause=18", "unavailable"],
        [480, 'Q.850;cause=19;text="no answer"', "noAnswer"],
        [480, "SIP;cause=486, Q.850 ;cause=21", "declined"],
        [503, "q.850;cause=1", "notFound"],
        [500, "Q.850;cause=102", "noResponse"],
        [603, "Q.850;cause=21", "declined"],
        [603, "Q.850;cause=111", "unavailable"],
        // causes that say nothing leave it to the status
        [486, "Q.850;cause=16", "busy"],
        [486, "Q.850;cause=31", "busy"],
        [404, "Q.850;cause=127", "notFound"],
        [404, "Q.850;cause=nonsense", "notFound"],
        [486, "Q.850;cause=0", "busy"],
        [480, "Q.850;cause=111", "unavailable"],
        [486, "Q.850;cause=0, Q.850;cause=19", "noAnswer"],
        [488, 'X.123;cause=17;text="x"', "noCommonMedia"],
        // 603 is Asterisk's response for every end without a cause
        [603, "Q.850;cause=0", "unavailable"],
        [603, 'Q.850;cause=16;text="Normal call clearing"', "unavailable"],
        [603, "Q.850;cause=111", "unavailable"],
        [603, "Q.850;cause=127", "unavailable"],
        [603, "Q.850;cause=21", "declined"],
        [603, "SIP;cause=603", "declined"],
    ])("%i with Reason %j is %s", (status, value, cause) => {
        expect(causeOfFailure(status, reason(value), "nothing")).toBe(cause);
    });

    test.each<[string, number, string | undefined]>([
        ["a timeout", 408, undefined],
        ["a phone that does not react", 480, "Q.850;cause=18"],
        ["Asterisk's 603 with cause 0", 603, "Q.850;cause=0"],
        ["Asterisk's 603 with cause 16", 603, "Q.850;cause=16"],
    ])("after ringing, %s is a call that was not answered", (_, status, value) => {
        expect(causeOfFailure(status, reason(value), "ringing")).toBe("noAnswer");
        expect(causeOfFailure(status, reason(value), "nothing")).not.toBe("noAnswer");
    });
});

test.each<[string | undefined, EndCause]>([
    [undefined, "hungUp"],
    ["Q.850;cause=16", "hungUp"],
    ["Q.850;cause=31", "hungUp"],
    ["SIP;cause=200", "hungUp"],
    ["Q.850;cause=17", "busy"],
    ["Q.850;cause=102", "mediaLost"],
    ["Q.850;cause=38", "networkFailure"],
    ["Q.850;cause=0", "hungUp"],
    ["Q.850;cause=111", "hungUp"],
    ["Q.850;cause=127", "hungUp"],
    ["Q.850;cause=999", "hungUp"],
    ["Q.850;cause=", "hungUp"],
    ["Q.850", "hungUp"],
    ["X.123;cause=38", "hungUp"],
    ["SIP;cause=499", "hungUp"],
    ["Q.850;cause=0, SIP;cause=486", "busy"],
    ["SIP;cause=503", "networkFailure"],
    ["SIP;cause=486", "busy"],
])("BYE with Reason %j is %s", (value, cause) => {
    expect(causeOfBye(reason(value))).toBe(cause);
});

test.each<[string | undefined, EndCause]>([
    [undefined, "cancelled"],
    ["Q.850;cause=16", "cancelled"],
    ['SIP;cause=200;text="Call completed elsewhere"', "answeredElsewhere"],
    ["Q.850;cause=26", "answeredElsewhere"],
])("CANCEL with Reason %j is %s", (value, cause) => {
    expect(causeOfCancel(reason(value))).toBe(cause);
});

test.each<[string, EndCause]>([
    ['SIP ;cause=200 ;text="ACK timeout"', "networkFailure"],
    ['SIP ;cause=200 ;text="Session timer expired"', "networkFailure"],
    ['SIP ;cause=200 ;text="ACK-BYE due to cancel race condition"', "cancelled"],
    ['SIP ;cause=200 ;text="CANCEL after 200 OK"', "cancelled"],
    ['SIP ;cause=200 ;text="Application gone"', "serviceUnavailable"],
    ['SIP ;cause=200 ;text="Server stopping"', "serviceUnavailable"],
    ["nonsense", "networkFailure"],
])("the server's own BYE with %j is %s", (value, cause) => {
    expect(causeOfServerBye(reason(value))).toBe(cause);
});
