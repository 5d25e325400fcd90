import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from "../../../../lib/sip-server/drachtio/framing.ts";

describe("encodeFrame", () => {
    it("counts bytes, not characters", () => {
        expect(encodeFrame("a|ünï").toString()).toBe("7#a|ünï");
    });

    it("puts the message after CRLF", () => {
        expect(encodeFrame("a|sip", Buffer.from("BYE")).toString()).toBe("10#a|sip\r\nBYE");
    });
});

describe("FrameReader", () => {
    it("gives back what was framed, wherever TCP cuts", () => {
        const payload = fc.string({ minLength: 1, unit: "grapheme" });
        fc.assert(
            fc.property(fc.array(payload), fc.array(fc.nat(40)), (payloads, cuts) => {
                let stream = Buffer.concat(payloads.map((text) => encodeFrame(text)));
                const reader = new FrameReader();
                const read: string[] = [];
                const push = (chunk: Buffer): void => {
                    const { payloads: cut, fault } = reader.push(chunk);
                    expect(fault).toBeNull();
                    read.push(...cut.map(String));
                };
                for (const size of cuts) {
                    push(stream.subarray(0, size));
                    stream = stream.subarray(size);
                }
                push(stream);
                expect(read).toEqual(payloads);
            }),
        );
    });

    it("takes a frame of the largest size", () => {
        const { payloads, fault } = new FrameReader().push(encodeFrame("x".repeat(MAX_FRAME_BYTES)));
        expect(fault).toBeNull();
        expect(payloads[0]?.length).toBe(MAX_FRAME_BYTES);
    });

    it.each([
        ["no digits", "#abc", "length is not a number"],
        ["letters", "12a#", "length is not a number"],
        ["a sign", "-3#abc", "length is not a number"],
        ["zero", "0#", "length is out of bounds"],
        ["too much", `${MAX_FRAME_BYTES + 1}#`, "length is out of bounds"],
        ["digits without end", "9".repeat(100), "length is out of bounds"],
        ["HTTP", "GET / HTTP/1.1\r\n", "length is not a number"],
    ])("faults on %s", (_what, bytes, fault) => {
        expect(new FrameReader().push(Buffer.from(bytes))).toEqual({ payloads: [], fault });
    });

    it("hands out the frames before a fault and none after", () => {
        const reader = new FrameReader();
        const { payloads, fault } = reader.push(Buffer.from("1#ax"));
        expect(payloads.map(String)).toEqual(["a"]);
        expect(fault).toBe("length is not a number");
        expect(reader.push(Buffer.from("1#a")).payloads).toEqual([]);
    });
});
