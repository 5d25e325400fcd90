import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    encodeFrame,
    FrameReader,
    MAX_FRAME_BYTES,
    type FramingFault,
} from "../../../../lib/sip-server/drachtio/framing.ts";

describe("encodeFrame", () => {
    it("counts bytes, not characters", () => {
        expect(encodeFrame("a|ünï").toString()).toBe("7#a|ünï");
    });

    it("puts the message after CRLF", () => {
        expect(encodeFrame("a|sip", Buffer.from("BYE")).toString()).toBe("10#a|sip\r\nBYE");
    });
});

function read(reader: FrameReader, chunk: Buffer): { payloads: string[]; fault: FramingFault | null } {
    const payloads: string[] = [];
    const fault = reader.push(chunk, (payload) => payloads.push(payload.toString()));
    return { payloads, fault };
}

describe("FrameReader", () => {
    it("gives back what was framed, wherever TCP cuts", () => {
        const payload = fc.string({ minLength: 1, unit: "grapheme" });
        fc.assert(
            fc.property(fc.array(payload), fc.array(fc.nat(40)), (payloads, cuts) => {
                let stream = Buffer.concat(payloads.map((text) => encodeFrame(text)));
                const reader = new FrameReader(MAX_FRAME_BYTES);
                const found: string[] = [];
                for (const size of [...cuts, stream.length]) {
                    const chunk = read(reader, stream.subarray(0, size));
                    expect(chunk.fault).toBeNull();
                    found.push(...chunk.payloads);
                    stream = stream.subarray(size);
                }
                expect(found).toEqual(payloads);
            }),
        );
    });

    it("takes a frame of the largest size", () => {
        const { payloads, fault } = read(new FrameReader(MAX_FRAME_BYTES), encodeFrame("x".repeat(MAX_FRAME_BYTES)));
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
        expect(read(new FrameReader(MAX_FRAME_BYTES), Buffer.from(bytes))).toEqual({ payloads: [], fault });
    });

    it("hands out the frames before a fault and none after", () => {
        const reader = new FrameReader(MAX_FRAME_BYTES);
        expect(read(reader, Buffer.from("1#ax"))).toEqual({ payloads: ["a"], fault: "length is not a number" });
        expect(read(reader, Buffer.from("1#a"))).toEqual({ payloads: [], fault: "length is not a number" });
    });

    it("obeys a limit changed between two frames of one chunk", () => {
        const reader = new FrameReader(1);
        const payloads: string[] = [];
        const fault = reader.push(Buffer.from("1#a2#bb3#ccc"), (payload) => {
            payloads.push(payload.toString());
            reader.allow(2);
        });
        expect(payloads).toEqual(["a", "bb"]);
        expect(fault).toBe("length is out of bounds");
    });
});
