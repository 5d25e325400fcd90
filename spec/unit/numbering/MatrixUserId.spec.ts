import { describe, expect, it } from "vitest";
import { localpartOf, parseMatrixRoomId, parseMatrixUserId, serverOf } from "../../../lib/numbering/MatrixUserId.ts";

describe("parseMatrixUserId", () => {
    it.each([
        "@alice:matrix.example",
        "@sip_=2b442071838750:matrix.example",
        "@alice:localhost:8448",
        "@alice:192.0.2.1",
        "@alice:[2001:db8::1]:8448",
        "@Alice/Ö!:matrix.example",
    ])("takes %s", (text) => {
        expect(parseMatrixUserId(text)).toBe(text);
    });

    it.each([
        "",
        "alice",
        "@alice",
        "@:matrix.example",
        "alice:matrix.example",
        "@alice:",
        "@alice:matrix example",
        "@al ice:matrix.example",
        "@alice\u0000:matrix.example",
        "@alice:matrix.example:port",
        "@alice:matrix.example/path",
        "!alice:matrix.example",
        `@${"a".repeat(250)}:b.example`,
        `@${"ö".repeat(125)}:b.example`,
    ])("refuses %j", (text) => {
        expect(parseMatrixUserId(text)).toBeUndefined();
    });

    it("tells localpart and server apart at the first colon", () => {
        const user = parseMatrixUserId("@alice:localhost:8448");
        expect(user && [localpartOf(user), serverOf(user)]).toEqual(["alice", "localhost:8448"]);
    });
});

describe("parseMatrixRoomId", () => {
    it.each(["!abc:matrix.example", "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"])("takes %s", (text) => {
        expect(parseMatrixRoomId(text)).toBe(text);
    });

    it.each(["", "!", "#abc:matrix.example", "!abc:", "!a c:matrix.example"])("refuses %j", (text) => {
        expect(parseMatrixRoomId(text)).toBeUndefined();
    });
});
