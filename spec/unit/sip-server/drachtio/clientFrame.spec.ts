import { describe, expect, it } from "vitest";
import { decodeClientFrame } from "../../../../lib/sip-server/drachtio/clientFrame.ts";

describe("decodeClientFrame", () => {
    it.each([
        ["m1|authenticate|cymru|a,b", { type: "authenticate", id: "m1", secret: "cymru", tags: ["a", "b"] }],
        ["m1|authenticate|cymru|", { type: "authenticate", id: "m1", secret: "cymru", tags: [] }],
        ["m1|authenticate|cymru", { type: "authenticate", id: "m1", secret: "cymru", tags: [] }],
        ["m1|route|INVITE", { type: "route", id: "m1", verb: "invite" }],
        ["m1|route|cdr:start", { type: "route", id: "m1", verb: "cdr:start" }],
        ["m1|remove_route|invite", { type: "removeRoute", id: "m1", verb: "invite" }],
        ["m1|ping", { type: "ping", id: "m1" }],
        ["m1|proxy|t1|remainInDialog|||serial||\r\nINVITE", { type: "proxy", id: "m1" }],
        ["m1|dance", { type: "unknown", id: "m1" }],
        ["m1", { type: "unknown", id: "m1" }],
        ["|ping", { type: "unknown", id: "" }],
    ])("reads %j", (payload, frame) => {
        expect(decodeClientFrame(Buffer.from(payload))).toEqual(frame);
    });

    it.each([
        ["m1|sip|t1|\r\nSIP/2.0 200 OK", { transactionId: "t1", dialogId: "", nextHop: "", message: "SIP/2.0 200 OK" }],
        ["m1|sip||d;from-tag=1\r\nBYE", { transactionId: "", dialogId: "d;from-tag=1", nextHop: "", message: "BYE" }],
        [
            "m1|sip|||sip:h;transport=tcp\r\nX",
            { transactionId: "", dialogId: "", nextHop: "sip:h;transport=tcp", message: "X" },
        ],
        ["m1|sip||", { transactionId: "", dialogId: "", nextHop: "", message: "" }],
    ])("reads the ids and the message of %j", (payload, { message, ...ids }) => {
        const frame = decodeClientFrame(Buffer.from(payload));
        expect(frame).toEqual({ type: "sip", id: "m1", ...ids, message: Buffer.from(message) });
    });
});
