import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeNgReply, encodeNgRequest } from "../../../lib/media/ngProtocol.ts";

test("a request is its cookie and a JSON dictionary", () => {
    expect(encodeNgRequest("c0", "offer", { sdp: "v=0\r\n", flags: ["trust address"] }).toString()).toBe(
        'c0 {"command":"offer","sdp":"v=0\\r\\n","flags":["trust address"]}',
    );
});

test.each([
    ['c {"result":"ok","sdp":"v=0"}', { kind: "ok", body: { result: "ok", sdp: "v=0" } }],
    ['c {"result":"pong"}', { kind: "ok", body: { result: "pong" } }],
    ['c {"result":"error","error-reason":"Unknown call-id"}', { kind: "error", reason: "Unknown call-id" }],
    ['c {"result":"error"}', { kind: "error", reason: "no reason given" }],
    ['c {"result":"load limit","message":"Load limit exceeded"}', { kind: "loadLimit" }],
])("reads %s", (text, reply) => {
    expect(decodeNgReply(Buffer.from(text))).toEqual({ cookie: "c", reply });
});

test.each(["", " ", "c", "c ", " {}", "c {}", "c []", "c null", 'c {"result":1}', "c d6:result2:oke", "c {"])(
    "takes %j for nothing",
    (text) => {
        expect(decodeNgReply(Buffer.from(text))).toBeUndefined();
    },
);

test("survives any datagram", () => {
    fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (datagram) => {
            decodeNgReply(datagram);
            decodeNgReply(Buffer.concat([Buffer.from('c {"result":"ok",'), datagram]));
        }),
    );
});
