import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type DecodedBody, decodeMessageBody } from "../../../../lib/sip/message/decodeMessageBody.ts";
import { composeIsComposing } from "../../../../lib/sip/message/format/isComposing.ts";

const lines = (...all: string[]): string => all.join("\r\n");
const decode = (contentType: string, body: string): Promise<DecodedBody> =>
    decodeMessageBody({ contentType, transferEncoding: undefined }, body);
const text = (value: string): object => ({ kind: "message", contents: [{ kind: "text", text: value }] });

describe("decodeMessageBody, for bodies that break or stretch the rules", () => {
    it.each([
        ["CPIM without headers of MIME", ["From: <sip:a@b>", "", "one", "", "two"], "one\n\ntwo"],
        [
            "CPIM with two blank lines before MIME",
            ["From: <sip:a@b>", "", "", "Content-Type: text/plain", "", "x"],
            "x",
        ],
        ["CPIM with a folded header", ["Subject: a", "  b", "", "Content-Type: text/plain", "", "x"], "x"],
        ["CPIM with a line that is no header", ["From: <sip:a@b>", "?", "", "Content-Type: text/plain", "", "x"], "x"],
        ["CPIM with a blank line of blanks", ["From: <sip:a@b>", "  ", "Content-Type: text/plain", "", "x"], "x"],
    ])("decodes %s", async (_, body, expected) => {
        expect(await decode("message/cpim", lines(...body))).toMatchObject(text(expected));
    });

    it.each([
        ["in several headers", ["imdn.Disposition-Notification: display", "imdn.Disposition-Notification: x"]],
        ["between semicolons", ["imdn.Disposition-Notification: x;DISPLAY"]],
    ])("decodes requests for receipts %s", async (_, requests) => {
        const body = lines("imdn.Message-ID: 7", ...requests, "", "Content-Type: text/plain", "", "x");
        expect(await decode("message/cpim", body)).toMatchObject({ cpim: { messageId: "7", receipts: ["display"] } });
    });

    it("decodes headers of IMDN in the default namespace", async () => {
        const body = lines("NS: <urn:ietf:params:imdn>", "Message-ID: 7", "", "Content-Type: text/plain", "", "x");
        expect(await decode("message/cpim", body)).toMatchObject({ cpim: { messageId: "7" } });
    });

    const status = (name: string): string => `<status><${name}/></status>`;
    it("takes the strongest of several notifications, in any case", async () => {
        const delivery = `<delivery-notification>${status("delivered")}</delivery-notification>`;
        const display = `<display-notification>${status("Displayed")}</display-notification>`;
        const body = `<imdn><message-id>m</message-id>${delivery}${display}</imdn>`;
        expect(await decode("message/imdn+xml", body)).toMatchObject({ imdn: { messageId: "m", news: "displayed" } });
    });

    it.each(["lost", "toString"])("accepts a notification with the unknown status %s", async (name) => {
        const notification = `<delivery-notification>${status(name)}</delivery-notification>`;
        const body = `<imdn><message-id>m</message-id>${notification}</imdn>`;
        expect(await decode("message/imdn+xml", body)).toMatchObject({ kind: "notification", imdn: { news: "other" } });
    });

    it.each([
        ["deflate", deflateSync],
        ["gzip", gzipSync],
        ["GZIP ", gzipSync],
    ])("decodes a body with Content-Encoding %s", async (contentEncoding, compress) => {
        const body = compress("Grüße").toString("base64");
        const headers = { contentType: "text/plain", transferEncoding: "base64", contentEncoding };
        expect(await decodeMessageBody(headers, body)).toMatchObject(text("Grüße"));
        expect(await decodeMessageBody({ ...headers, transferEncoding: undefined }, "x")).toEqual({
            kind: "malformed",
        });
    });

    it("does not expand a small body to a huge one", async () => {
        const body = deflateSync(Buffer.alloc(50_000_000)).toString("base64");
        const headers = { contentType: "text/plain", transferEncoding: "base64", contentEncoding: "deflate" };
        expect(await decodeMessageBody(headers, body)).toEqual({ kind: "malformed" });
    });

    it("decodes all images of a multipart, the first with the text", async () => {
        const image = (name: string): string[] => ["--b", `Content-Type: image/jpg; name="${name}"`, "", "JPEG"];
        const body = lines("--b", "Content-Type: text/plain", "", "Look", ...image("1"), ...image("2"), "--b--", "");
        expect(await decode("multipart/mixed;boundary=b", body)).toMatchObject({
            contents: [
                { name: "1", mediaType: "image/jpeg", text: "Look" },
                { name: "2", mediaType: "image/jpeg", text: "" },
            ],
        });
    });

    it("decodes typing and files of RCS within a multipart", async () => {
        const part = (type: string, content: string): Promise<DecodedBody> =>
            decode("multipart/mixed;boundary=b", lines("--b", `Content-Type: ${type}`, "", content, "--b--", ""));
        const typing = composeIsComposing({ state: "active", holdsMs: 60_000 });
        expect(await part("application/im-iscomposing+xml", typing)).toMatchObject({ kind: "composing" });
        const info = '<file><file-info type="file"><data url="https://ft.example/f"/></file-info></file>';
        expect(await part("application/vnd.gsma.rcs-ft-http+xml", info)).toMatchObject({
            contents: [{ uri: "https://ft.example/f" }],
            uses: ["rcsFile"],
        });
    });

    it.each(["javascript:alert(1)", "file:///etc/passwd", "data:text/html;base64,PGI+", "mxc://x/y", "/f"])(
        "takes %s for no file of an RCS server",
        async (url) => {
            const body = `<file><file-info type="file"><data url="${url}"/></file-info></file>`;
            expect(await decode("application/vnd.gsma.rcs-ft-http+xml", body)).toEqual({ kind: "malformed" });
        },
    );

    it("takes a media type that is none for that of an unknown file", async () => {
        const info = '<content-type>text\r\nX: y</content-type><data url="https://ft.example/f"/>';
        const body = `<file><file-info type="file">${info}</file-info></file>`;
        expect(await decode("application/vnd.gsma.rcs-ft-http+xml", body)).toMatchObject({
            contents: [{ mediaType: "application/octet-stream" }],
        });
    });

    it.each(["geo:999,16.3", "geo:48,181", "geo:...,...", "geo:1,2 here", "geo:0,0?q=1,2"])(
        "takes %s for text, because it is no place",
        async (written) => {
            expect(await decode("text/plain", written)).toMatchObject(text(written));
        },
    );

    it.each([
        ["a byte order mark", "text/plain", "\uFEFFx"],
        ["blanks in the type", "text / plain", "x"],
    ])("decodes a text with %s", async (_, type, body) => {
        expect(await decode(type, body)).toMatchObject(text("x"));
    });
});
