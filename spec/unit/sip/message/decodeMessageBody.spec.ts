import { describe, expect, it } from "vitest";
import { type DecodedBody, decodeMessageBody } from "../../../../lib/sip/message/decodeMessageBody.ts";
import { composeCpim } from "../../../../lib/sip/message/format/cpim.ts";
import { composeImdn } from "../../../../lib/sip/message/format/imdn.ts";
import { composeIsComposing } from "../../../../lib/sip/message/format/isComposing.ts";
import { composeRcsFile } from "../../../../lib/sip/message/format/rcsFileTransfer.ts";

const lines = (...all: string[]): string => all.join("\r\n");

/** As Linphone 5 sends it. */
const linphone = lines(
    'From: "Anna" <sip:anna@pbx.example>',
    "To: <sip:200@pbx.example>",
    "DateTime: 2026-11-29T12:00:00Z",
    "NS: imdn <urn:ietf:params:imdn>",
    "imdn.Message-ID: XoV-1Zy",
    "imdn.Disposition-Notification: positive-delivery, negative-delivery, display",
    "",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Length: 9",
    "",
    "Grüße 👋",
);

const decode = (contentType: string | undefined, body: string, transferEncoding?: string): Promise<DecodedBody> =>
    decodeMessageBody({ contentType, transferEncoding }, body);

const text = (value: string): object => ({ kind: "message", contents: [{ kind: "text", text: value }] });

describe("decodeMessageBody", () => {
    it.each([
        ["plain text", "text/plain;charset=UTF-8", "Hello", text("Hello")],
        ["text with line ends of CRLF", "text/plain", "a\r\nb\r\n", text("a\nb")],
        ["text of every script", "text/plain", "שלום 你好 नमस्ते 👨‍👩‍👧", text("שלום 你好 नमस्ते 👨‍👩‍👧")],
        ["text without a Content-Type", undefined, "Hello", text("Hello")],
        ["a quoted charset in capitals", 'TEXT/Plain ; charset="US-ASCII"', "Hello", text("Hello")],
        ["text with control characters", "text/plain", "a\0b\u0007\u001B[31mc\td", text("ab[31mc\td")],
        ["an empty body", "text/plain", "", { kind: "empty" }],
        ["a text of blanks", "text/plain", " \r\n", { kind: "empty" }],
        ["an unknown charset", "text/plain;charset=klingon", "é", text("é")],
        ["another charset than the named one", "text/plain;charset=iso-8859-1", "Grüße", text("Grüße")],
        ["an unknown type", "application/vnd.3gpp.sms", "x", { kind: "unsupported" }],
        ["SDP", "application/sdp", "v=0", { kind: "unsupported" }],
        ["a Content-Type that is none", "nonsense", "x", { kind: "malformed" }],
        ["CPIM without a blank line", "message/cpim", "From: <sip:a@b>", { kind: "malformed" }],
        ["CPIM with a line that is no header", "message/cpim", "hello there\r\n\r\n\r\nx", { kind: "malformed" }],
        ["XML that is not well-formed", "message/imdn+xml", "<imdn><message-id>", { kind: "malformed" }],
        [
            "XML with a document type",
            "message/imdn+xml",
            "<!DOCTYPE x [<!ENTITY a 'b'>]><imdn/>",
            { kind: "malformed" },
        ],
        ["a multipart without a boundary", "multipart/mixed", "x", { kind: "unsupported" }],
    ])("decodes %s", async (_, type, body, expected) => {
        expect(await decode(type, body)).toMatchObject(expected);
    });

    it("decodes the CPIM message of Linphone, with what its sender asks for", async () => {
        expect(await decode("message/cpim", linphone)).toEqual({
            kind: "message",
            contents: [{ kind: "text", text: "Grüße 👋" }],
            cpim: {
                messageId: "XoV-1Zy",
                dateTime: "2026-11-29T12:00:00Z",
                from: '"Anna" <sip:anna@pbx.example>',
                to: "<sip:200@pbx.example>",
                receipts: ["delivery", "failure", "display"],
            },
            uses: ["cpim", "imdn"],
        });
    });

    it.each([
        ["with line ends of LF", linphone.replaceAll("\r\n", "\n")],
        ["after a blank line", `\r\n${linphone}`],
        ["with another namespace prefix", linphone.replaceAll("imdn.", "x.").replace("NS: imdn", "NS: x")],
    ])("decodes a CPIM message %s", async (_, body) => {
        expect(await decode("message/cpim", body)).toMatchObject({
            contents: [{ text: "Grüße 👋" }],
            cpim: { messageId: "XoV-1Zy", receipts: ["delivery", "failure", "display"] },
        });
    });

    it("decodes base64 and quoted-printable within CPIM", async () => {
        const cpim = (encoding: string, content: string): string =>
            lines(
                "From: <sip:a@b>",
                "",
                "Content-Type: text/plain; charset=utf-8",
                `Content-Transfer-Encoding: ${encoding}`,
                "",
                content,
            );
        const base64 = Buffer.from("Grüße").toString("base64");
        expect(await decode("message/cpim", cpim("base64", base64))).toMatchObject(text("Grüße"));
        expect(await decode("message/cpim", cpim("quoted-printable", "Gr=C3=BC=C3=9Fe"))).toMatchObject(text("Grüße"));
    });

    it.each(["delivered", "displayed", "failed"] as const)(
        "decodes the notification that a message was %s",
        async (news) => {
            const body = composeImdn("id-<1>&", "2026-11-29T12:00:00Z", news);
            const expected = { kind: "notification", imdn: { messageId: "id-<1>&", news } };
            expect(await decode("message/imdn+xml", body)).toMatchObject(expected);
            const inCpim = composeCpim({
                from: "sip:a@b",
                to: "sip:c@d",
                dateTime: "2026-11-29T12:00:00Z",
                messageId: "n1",
                dispositions: [],
                contentType: "message/imdn+xml",
                content: body,
            });
            expect(await decode("message/cpim", inCpim)).toMatchObject({
                ...expected,
                uses: ["cpim", "imdn"],
            });
        },
    );

    it("decodes that the sender is typing, and for how long that holds", async () => {
        const type = "application/im-iscomposing+xml";
        expect(await decode(type, composeIsComposing({ state: "active", holdsMs: 90_000 }))).toMatchObject({
            kind: "composing",
            composing: { state: "active", holdsMs: 90_000 },
        });
        const prefixed =
            '<c:isComposing xmlns:c="urn:ietf:params:xml:ns:im-iscomposing"><c:state>thinking</c:state></c:isComposing>';
        expect(await decode(type, prefixed)).toMatchObject({
            composing: { state: "idle", holdsMs: 120_000 },
        });
    });

    describe("a body that is not UTF-8, which the SIP server hands over in base64", () => {
        const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0xff]);
        const image = { kind: "file", mediaType: "image/png", bytes: png.length };
        const uri = `data:image/png;base64,${png.toString("base64")}`;
        const binary = (contentType: string, body: Buffer): Promise<DecodedBody> =>
            decode(contentType, body.toString("base64"), "base64");

        it("is an image", async () => {
            expect(await binary('image/png;name="dot.png"', png)).toMatchObject({
                contents: [{ ...image, uri, name: "dot.png" }],
            });
        });

        it("is an image within CPIM", async () => {
            const head = lines("From: <sip:a@b>", "imdn.Message-ID: i", "", "Content-Type: image/png", "", "");
            expect(await binary("message/cpim", Buffer.concat([Buffer.from(head), png]))).toMatchObject({
                contents: [{ ...image, uri }],
                cpim: { messageId: "i" },
            });
        });

        it("is an image within a multipart", async () => {
            const head = lines("--b", "Content-Type: image/png", "Content-Transfer-Encoding: binary", "", "");
            const body = Buffer.concat([Buffer.from(head), png, Buffer.from("\r\n--b--\r\n")]);
            const decoded = await binary("multipart/mixed;boundary=b", body);
            expect(decoded).toMatchObject({ contents: [{ kind: "file", mediaType: "image/png" }] });
        });

        it.each([
            ["iso-8859-1", Buffer.from("Grüße", "latin1"), "Grüße"],
            ["utf-8", Buffer.from("Grüße", "latin1"), "Grüße"],
            ["utf-16le", Buffer.from("Grüße 你好", "utf16le"), "Grüße 你好"],
            ["koi8-r", Buffer.from([0xf0, 0xd2, 0xc9]), "При"],
        ])("is a text in %s", async (charset, body, expected) => {
            expect(await binary(`text/plain;charset=${charset}`, body)).toMatchObject(text(expected));
        });

        it("is not supported in an unknown charset", async () => {
            expect(await binary("text/plain;charset=klingon", Buffer.from([0xff]))).toEqual({ kind: "unsupported" });
        });
    });

    it("does not accept an image that another SIP server has read as text", async () => {
        expect(await decode("image/png", "\uFFFDPNG")).toEqual({ kind: "unsupported" });
    });

    it("decodes an image with its caption", async () => {
        const png = Buffer.from([0x89, 0x50, 0x4e, 0x47]).toString("base64");
        const body = lines(
            "--b",
            "Content-Type: text/plain",
            "",
            "Look",
            "--b",
            'Content-Type: image/png; name="cat.png"',
            "Content-Transfer-Encoding: base64",
            'Content-Disposition: attachment; filename="cat.png"',
            "",
            png,
            "--b--",
            "",
        );
        expect(await decode("multipart/mixed;boundary=b", body)).toMatchObject({
            contents: [
                {
                    kind: "file",
                    uri: `data:image/png;base64,${png}`,
                    name: "cat.png",
                    mediaType: "image/png",
                    bytes: 4,
                    text: "Look",
                },
            ],
        });
    });

    it("prefers the plain text of a multipart/alternative", async () => {
        const body = lines(
            "--b",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "plain",
            "--b",
            "Content-Type: text/html",
            "",
            "<b>rich</b>",
            "--b--",
            "",
        );
        expect(await decode('multipart/alternative; boundary="b"', body)).toMatchObject(text("plain"));
    });

    it("decodes a file to fetch from an RCS server", async () => {
        const file = { kind: "file", uri: "", name: "a&b.jpg", mediaType: "image/jpeg", bytes: 12, text: "" } as const;
        const body = composeRcsFile(file, "https://ft.example/x?a=1&b=2", "2026-11-30T00:00:00Z");
        expect(await decode("application/vnd.gsma.rcs-ft-http+xml", body)).toMatchObject({
            contents: [{ ...file, uri: "https://ft.example/x?a=1&b=2" }],
            uses: ["rcsFile"],
        });
    });

    it("decodes a location", async () => {
        expect(await decode("text/plain", "geo:51.5,-0.12;u=35\r\n")).toMatchObject({
            contents: [{ kind: "location", uri: "geo:51.5,-0.12;u=35" }],
        });
    });
});
