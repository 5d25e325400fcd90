import { describe, expect, it } from "vitest";
import { quotableText, quoted, renderMessage, renderReaction } from "../../../../lib/matrix/messages/renderMessage.ts";

const options = { notices: false, sender: "alice" };
const text = (body: string): object => ({ kind: "message", content: { kind: "text", text: body } });
const html = (formatted_body: string): Record<string, unknown> => ({
    msgtype: "m.text",
    body: "fallback",
    format: "org.matrix.custom.html",
    formatted_body,
});

describe("renderMessage", () => {
    it.each<[string, Record<string, unknown>, object]>([
        ["a text", { msgtype: "m.text", body: " Hello 👋 " }, text("Hello 👋")],
        ["an emote", { msgtype: "m.emote", body: "waves" }, text("* alice waves")],
        ["a kind of message it does not know", { msgtype: "org.example.poll", body: "A poll" }, text("A poll")],
        ["bold text and line breaks", html("<b>One</b><br>two <em>three</em>"), text("One\ntwo three")],
        ["paragraphs", html("<p>One</p><p>two</p>"), text("One\n\ntwo")],
        ["a table", html("<table><tr><th>A</th><td>1</td></tr></table>"), text("A   1")],
        ["elements nested too deeply", html(`${"<div>".repeat(60)}x${"</div>".repeat(60)}`), text("fallback")],
        ["many elements side by side", html("<p>a<li>b<div>c</div>".repeat(60)), { kind: "message" }],
        ["control characters", { msgtype: "m.text", body: "a\0b\u0007\r\nc\rd" }, text("ab\nc\nd")],
        ["half a character", { msgtype: "m.text", body: "\ud800x" }, text("\uFFFDx")],
        ["a list", html("<ul><li>a</li><li>b</li></ul>"), text("- a\n- b")],
        ["a numbered list", html("<ol><li>a</li><li>b</li></ol>"), text("1. a\n2. b")],
        [
            "a link with another text",
            html('See <a href="https://x.example/a">here</a>'),
            text("See here (https://x.example/a)"),
        ],
        [
            "a link with its address as text",
            html('<a href="https://x.example/a">https://x.example/a</a>'),
            text("https://x.example/a"),
        ],
        ["a mention", html('<a href="https://matrix.to/#/@bob:x">Bob</a>: hi'), text("Bob: hi")],
        ["a heading without capitals", html("<h1>News</h1><p>text</p>"), text("News\n\ntext")],
        ["entities", html("a &lt; b &amp; c&nbsp;d"), text("a < b & c d")],
        ["HTML without any text", html("<img>"), text("fallback")],
        [
            "an edit",
            {
                msgtype: "m.text",
                body: "* new",
                "m.new_content": { msgtype: "m.text", body: "new" },
                "m.relates_to": { rel_type: "m.replace", event_id: "$1" },
            },
            text("* new"),
        ],
        [
            "a reply with the quotation that old clients add",
            {
                msgtype: "m.text",
                body: "> <@bob:x> old\n> lines\n\nnew",
                "m.relates_to": { "m.in_reply_to": { event_id: "$1" } },
            },
            { ...text("new"), inReplyTo: "$1" },
        ],
        [
            "a message in a thread, which is no reply",
            {
                msgtype: "m.text",
                body: "hi",
                "m.relates_to": { rel_type: "m.thread", event_id: "$0", "m.in_reply_to": { event_id: "$1" } },
            },
            text("hi"),
        ],
        [
            "an image with a caption",
            {
                msgtype: "m.image",
                body: "Look!",
                filename: "cat.png",
                url: "mxc://x/abc",
                info: { mimetype: "image/png", size: 12 },
            },
            {
                kind: "message",
                content: {
                    kind: "file",
                    uri: "mxc://x/abc",
                    name: "cat.png",
                    mediaType: "image/png",
                    bytes: 12,
                    text: "Look!",
                },
            },
        ],
        [
            "a file without a caption",
            { msgtype: "m.file", body: "a.pdf", url: "mxc://x/abc" },
            {
                kind: "message",
                content: {
                    kind: "file",
                    uri: "mxc://x/abc",
                    name: "a.pdf",
                    mediaType: "application/octet-stream",
                    text: "",
                },
            },
        ],
        [
            "a location",
            { msgtype: "m.location", body: "Here", geo_uri: "geo:51.5,-0.1" },
            { kind: "message", content: { kind: "location", uri: "geo:51.5,-0.1", text: "Here" } },
        ],
        ["a notice, which it ignores", { msgtype: "m.notice", body: "x" }, { kind: "ignored", detail: "notice" }],
        ["an encrypted file, which it cannot read", { msgtype: "m.file", body: "x", file: {} }, { kind: "unreadable" }],
        ["a blank text, which it ignores", { msgtype: "m.text", body: " \n" }, { kind: "ignored", detail: "empty" }],
    ])("renders %s", (_, content, expected) => {
        const rendered = renderMessage(content, options);
        expect(rendered).toMatchObject(expected);
        if (!("inReplyTo" in expected)) expect(rendered).not.toHaveProperty("inReplyTo");
    });

    it("renders notices if it is asked to", () => {
        const notice = { msgtype: "m.notice", body: "from a bot" };
        expect(renderMessage(notice, { ...options, notices: true })).toMatchObject(text("from a bot"));
    });

    it.each([{}, { msgtype: "m.text" }, { msgtype: 1, body: "x" }, { body: "x" }])("rejects %j", (content) => {
        expect(renderMessage(content, options)).toBeUndefined();
    });

    it("renders HTML of any depth and size without failing", () => {
        const deep = `${"<div>".repeat(2_000)}x${"</div>".repeat(2_000)}`;
        expect(renderMessage(html(deep), options)?.kind).toBe("message");
        expect(renderMessage(html("<p>a".repeat(20_000)), options)?.kind).toBe("message");
    });
});

describe("quoted", () => {
    it("takes the first line and shortens it without dividing a character", () => {
        expect(quoted("one\ntwo")).toBe("one");
        expect(Array.from(quoted("👋".repeat(200)))).toHaveLength(80);
    });
});

describe("quotableText", () => {
    it("leaves out what the quoted message itself quotes", () => {
        const reply = {
            msgtype: "m.text",
            body: "> <@b:x> old\n\nnew",
            "m.relates_to": { "m.in_reply_to": { event_id: "$1" } },
        };
        expect(quotableText(reply)).toBe("new");
    });
});

describe("renderReaction", () => {
    it("reads the key and the event it is about", () => {
        const relates = { rel_type: "m.annotation", event_id: "$1", key: "👍" };
        expect(renderReaction({ "m.relates_to": relates })).toEqual({ key: "👍", eventId: "$1" });
        expect(renderReaction({ "m.relates_to": { ...relates, rel_type: "m.replace" } })).toBeUndefined();
    });
});
