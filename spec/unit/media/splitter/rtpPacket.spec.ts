import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
    isMediaPacket,
    isRtcp,
    packetsIn,
    payloadTypeOf,
    setPayloadType,
    sourceOf,
    subjectsOf,
} from "../../../../lib/media/splitter/rtpPacket.ts";
import { rtcp, rtp } from "../../../support/rtpPackets.ts";

test("RTP and RTCP are recognised, and the payload type is replaced with the marker kept", () => {
    const packet = rtp({ payload: 96, source: 7, marker: true });
    expect([isMediaPacket(packet), isRtcp(packet), payloadTypeOf(packet), sourceOf(packet)]).toEqual([
        true,
        false,
        96,
        7,
    ]);
    setPayloadType(packet, 102);
    expect([payloadTypeOf(packet), packet[1]]).toEqual([102, 0x80 | 102]);
});

describe("whom RTCP is about", () => {
    test.each([
        ["a sender report, by who sends", rtcp.senderReport(11, [21]), [11]],
        ["a receiver report, by each source that it reports on", rtcp.receiverReport(11, [21, 22]), [21, 22]],
        ["an empty receiver report, by no source", rtcp.receiverReport(11, []), []],
        ["a PLI, by the source that is to send a picture", rtcp.pictureLoss(11, 21), [21]],
        ["a FIR, by the source in its entry", rtcp.fullIntraRequest(11, 21), [21]],
        ["a NACK, by the source of what was lost", rtcp.nack(11, 21), [21]],
        ["a description, by who sends", rtcp.description(11), [11]],
        ["a BYE, by who sends", rtcp.bye(11), [11]],
    ])("%s", (_, packet, sources) => {
        expect(isRtcp(packet)).toBe(true);
        expect(subjectsOf(packet)).toEqual(sources);
    });
});

test("a compound packet is divided at the length of each packet", () => {
    const parts = [rtcp.receiverReport(1, [2]), rtcp.description(1), rtcp.pictureLoss(1, 2)];
    expect(packetsIn(Buffer.concat(parts))).toEqual(parts);
});

test("no datagram can do harm", () => {
    fc.assert(
        fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
            const datagram = Buffer.from(bytes);
            if (!isMediaPacket(datagram)) return;
            if (!isRtcp(datagram)) {
                expect(sourceOf(datagram)).toBeGreaterThanOrEqual(0);
                return;
            }
            const packets = packetsIn(datagram);
            expect(Buffer.concat(packets).length).toBeLessThanOrEqual(datagram.length);
            for (const packet of packets) expect(subjectsOf(packet).length).toBeLessThan(32);
        }),
        { numRuns: 2_000 },
    );
});
