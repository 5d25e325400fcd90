import { expect, test } from "vitest";
import { FrameProgress } from "../../../../lib/sip-server/transport/FrameProgress.ts";

const [text, continued, close, ping, last] = [0x1, 0x0, 0x8, 0x9, 0x80];

/** A frame with a payload of that many bytes, with a mask as clients send it. */
function frame(first: number, length: number, masked = true): Buffer {
    const long = Buffer.alloc(length > 65_535 ? 8 : length > 125 ? 2 : 0);
    if (long.length > 0) long.writeUIntBE(length, Math.max(0, long.length - 6), Math.min(6, long.length));
    const short = long.length === 8 ? 127 : long.length === 2 ? 126 : length;
    return Buffer.concat([
        Buffer.from([first, (masked ? 0x80 : 0) | short]),
        long,
        Buffer.alloc((masked ? 4 : 0) + length),
    ]);
}

/** How often something was completed, and what is left. */
function read(bytes: Buffer, chunkSize: number): unknown {
    const progress = new FrameProgress();
    let completed = 0;
    for (let at = 0; at < bytes.length; at += chunkSize) {
        if (progress.push(bytes.subarray(at, at + chunkSize))) completed += 1;
    }
    return { completed: completed > 0, partial: progress.partial, held: progress.held };
}

const done = { completed: true, partial: false, held: 0 };

test.each([
    ["nothing", Buffer.alloc(0), { completed: false, partial: false, held: 0 }],
    ["an empty message", frame(last | text, 0), done],
    ["a server's message, without mask", frame(last | text, 10, false), done],
    ["125 bytes", frame(last | text, 125), done],
    ["126 bytes", frame(last | text, 126), done],
    ["65,536 bytes", frame(last | text, 65_536), done],
    ["half a header", frame(last | text, 300).subarray(0, 5), { completed: false, partial: true, held: 0 }],
    ["half a message", frame(last | text, 300).subarray(0, 108), { completed: false, partial: true, held: 100 }],
    ["a first piece", frame(text, 100), { completed: false, partial: true, held: 100 }],
    ["two pieces", Buffer.concat([frame(text, 100), frame(last | continued, 100)]), done],
    [
        "a piece and a ping",
        Buffer.concat([frame(text, 100), frame(last | ping, 125)]),
        { completed: false, partial: true, held: 100 },
    ],
    ["a ping", frame(last | ping, 20), done],
    ["half a ping", frame(last | ping, 20).subarray(0, 20), { completed: false, partial: true, held: 0 }],
    ["a message and a close", Buffer.concat([frame(last | text, 5), frame(last | close, 2)]), done],
])("%s, however it is chopped up", (_what, bytes, expected) => {
    for (const chunkSize of [1, 2, 3, 7, 100_000]) expect(read(bytes, chunkSize), String(chunkSize)).toEqual(expected);
});
