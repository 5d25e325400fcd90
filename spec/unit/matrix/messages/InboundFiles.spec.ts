import { expect, it } from "vitest";
import type { MessageFile } from "../../../../lib/message/MessageContent.ts";
import { InboundFiles } from "../../../../lib/matrix/messages/InboundFiles.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { KeptLog } from "../../../support/quiet.ts";

const ghost = "@sip_1:matrix.example" as MatrixUserId;
const media = {
    upload: (_as: MatrixUserId, _bytes: Uint8Array, _type: string, name: string) => Promise.resolve(`mxc://x/${name}`),
    download: () => Promise.resolve(undefined),
};

function contentOf(file: Partial<MessageFile>, maxBytes = 1_000): Promise<Readonly<Record<string, unknown>>> {
    const files = new InboundFiles(media, { allowedHosts: new Set(["127.0.0.1:1"]), maxBytes }, new KeptLog());
    const all = { kind: "file", uri: "data:image/png;base64,iVA=", name: "a.png", mediaType: "image/png", text: "" };
    return files.contentOf({ ...all, ...file } as MessageFile, ghost);
}

it.each([
    ["a.png", "a.png"],
    ["../../etc/passwd", "passwd"],
    ["C:\\temp\\cat.png", "cat.png"],
    ["two\r\nlines.png", "two_lines.png"],
    ["evil\u202Egnp.exe", "evil_gnp.exe"],
    ["..", "file"],
    ["", "file"],
    ["x".repeat(500), "x".repeat(100)],
])("shows a file that is named %j as %j", async (name, expected) => {
    expect(await contentOf({ name })).toMatchObject({ msgtype: "m.image", filename: expected, body: expected });
});

it.each([
    ["of another host", "https://other.example/a.png"],
    ["that needs a password", "https://user:secret@127.0.0.1:1/a.png"],
    ["over HTTP", "http://127.0.0.1:1/a.png"],
    ["that is too large", `data:image/png;base64,${Buffer.alloc(2_000).toString("base64")}`],
])("does not fetch a file %s, and shows its name", async (_, uri) => {
    const content = await contentOf({ uri });
    expect(content).toMatchObject({ msgtype: "m.text" });
    expect(String(content["body"])).toMatch(/^a\.png/);
});
