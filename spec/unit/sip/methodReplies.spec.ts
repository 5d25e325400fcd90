import { describe, expect, test } from "vitest";
import { replyInDialog, replyOutsideDialog, replyToEarlyUpdate } from "../../../lib/sip/methodReplies.ts";

const uri = "sip:bridge.example";
const outside = (method: string, headers: Readonly<Record<string, string>> = {}, target = uri) =>
    replyOutsideDialog({ method, uri: target, headers: new Map(Object.entries(headers)) });

test.each<[string, number | undefined]>([
    ["ACK", undefined],
    ["OPTIONS", 200],
    ["REGISTER", 405],
    ["MESSAGE", 405],
    ["REFER", 405],
    ["SUBSCRIBE", 489],
    ["PUBLISH", 489],
    ["PRACK", 200],
    ["BYE", 481],
    ["INFO", 481],
    ["NOTIFY", 481],
    ["UPDATE", 481],
    ["INVITE", 481],
    ["SING", 501],
])("%s outside of our dialogs: %s", (method, status) => {
    expect(outside(method)?.status).toBe(status);
});

test("OPTIONS tells what we can do", () => {
    expect(outside("OPTIONS")?.headers).toMatchObject({
        Allow: expect.stringContaining("INVITE") as string,
        Accept: "application/sdp",
        Supported: "100rel, timer, norefersub, replaces, tdialog",
    });
});

test.each([
    ["unkscm", "nobodyKnowsThisScheme:totallyopaquecontent"],
    ["novelsc", "soap.beep://192.0.2.103:3002"],
])("OPTIONS for an unknown scheme: RFC 4475 %s", (_, target) => {
    expect(outside("OPTIONS", {}, target)).toEqual({ status: 416 });
});

test("OPTIONS that requires an unknown extension: RFC 4475 bext01", () => {
    const require = "nothingSupportsThis, 100rel, nothingSupportsThisEither";
    expect(outside("OPTIONS", { require })).toEqual({
        status: 420,
        headers: { Unsupported: "nothingsupportsthis, nothingsupportsthiseither" },
    });
});

describe("within a dialog", () => {
    const request = (method: string, type = "", body = "") => ({
        method,
        uri,
        headers: new Map([["content-type", type]]),
        body,
    });

    test.each([
        ["an empty INFO keeps alive", request("INFO"), 200],
        ["a key frame is asked for", request("INFO", "application/media_control+xml", "<x/>"), 200],
        ["INFO with an unknown body", request("INFO", "application/x", "5"), 415],
        ["OPTIONS", request("OPTIONS"), 200],
        ["PRACK", request("PRACK"), 200],
        ["REFER", request("REFER"), 405],
        ["NOTIFY of nothing subscribed", request("NOTIFY"), 481],
        ["MESSAGE", request("MESSAGE", "text/plain", "hi"), 405],
    ])("%s", (_, info, status) => {
        expect(replyInDialog(info)?.status).toBe(status);
    });
});

test.each([
    ["uas", "", 200],
    ["uac", "", 200],
    ["uas", "v=0", 500],
    ["uac", "v=0", 491],
] as const)("an early UPDATE as %s with %j: %i", (role, body, status) => {
    expect(replyToEarlyUpdate({ body }, role).status).toBe(status);
});
