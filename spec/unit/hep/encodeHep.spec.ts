import { describe, expect, it } from "vitest";
import { encodeHep, type HepPacket } from "../../../lib/hep/encodeHep.ts";
import { qualityReport } from "../../../lib/hep/qualityReport.ts";
import { sipText } from "../../../lib/hep/sipText.ts";
import { aCallRecord } from "../../support/aCallRecord.ts";
import { decodeHep } from "../../support/decodeHep.ts";

const PACKET: HepPacket = {
    source: { address: "192.0.2.1", port: 5060 },
    destination: { address: "198.51.100.7", port: 5070 },
    transport: "udp",
    at: 1_796_027_739_123,
    payloadKind: "sip",
    correlationId: "abc@pbx",
    payload: "OPTIONS sip:a@b SIP/2.0\r\n\r\n",
};
const AGENT = { captureId: 2_001, password: undefined };

describe("encodeHep", () => {
    it("encodes addresses, times and payload of a SIP message", () => {
        const datagram = encodeHep(PACKET, AGENT);
        expect(decodeHep(datagram ?? Buffer.alloc(0))).toEqual({
            source: "192.0.2.1",
            destination: "198.51.100.7",
            sourcePort: 5060,
            destinationPort: 5070,
            ipProtocol: 17,
            at: PACKET.at,
            protocolType: 1,
            captureId: 2_001,
            authKey: undefined,
            correlationId: "abc@pbx",
            payload: PACKET.payload,
        });
    });

    it("begins with the identifier, the length, and the chunk of the IP family", () => {
        const datagram = encodeHep(PACKET, AGENT);
        expect(datagram?.subarray(0, 4).toString()).toBe("HEP3");
        expect(datagram?.readUInt16BE(4)).toBe(datagram?.length);
        expect(datagram?.subarray(6, 13).toString("hex")).toBe("00000001000702");
    });

    it.each([
        ["2001:db8::7", "2001:db8:0:0:0:0:0:7"],
        ["::1", "0:0:0:0:0:0:0:1"],
        ["fe80::1%eth0", "fe80:0:0:0:0:0:0:1"],
        ["::ffff:192.0.2.1", "0:0:0:0:0:ffff:c000:201"],
        ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"],
    ])("encodes %s", (address, written) => {
        const endpoint = { address, port: 5061 };
        const packet = { ...PACKET, source: endpoint, destination: endpoint, transport: "tcp" } as const;
        expect(decodeHep(encodeHep(packet, AGENT) ?? Buffer.alloc(0))).toMatchObject({
            source: written,
            destination: written,
            ipProtocol: 6,
        });
    });

    it("sends the password, and no addresses where they are not known", () => {
        const packet = { ...PACKET, destination: { address: "carrier.example", port: 5060 } };
        const decoded = decodeHep(encodeHep(packet, { captureId: 1, password: "secret" }) ?? Buffer.alloc(0));
        expect(decoded).toMatchObject({ destination: "0.0.0.0", authKey: "secret" });
    });

    it("does not encode what no datagram can hold", () => {
        expect(encodeHep({ ...PACKET, payload: "x".repeat(65_000) }, AGENT)).toBeUndefined();
    });
});

describe("sipText", () => {
    it("writes requests and responses as on the wire", () => {
        const headers = {
            "call-id": "a",
            cseq: "1 INVITE",
            "content-length": "99",
            "p-asserted-identity": "<sip:a@b>",
        };
        expect(sipText({ method: "INVITE", uri: "sip:a@b", headers, body: "é" })).toBe(
            "INVITE sip:a@b SIP/2.0\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nP-Asserted-Identity: <sip:a@b>\r\nContent-Length: 2\r\n\r\né",
        );
        expect(sipText({ method: "INVITE", status: 486, reason: "Busy Here", headers: {}, body: "" })).toBe(
            "SIP/2.0 486 Busy Here\r\nContent-Length: 0\r\n\r\n",
        );
    });
});

describe("qualityReport", () => {
    it("leaves out what is unknown", () => {
        const fromCaller = {
            from: "phone",
            codec: "PCMA",
            packets: 500,
            mos: 4.4,
            lossPercent: 0,
            jitterMs: 2,
        } as const;
        const fromCallee = { from: "browser", packets: 500 } as const;
        const call = aCallRecord({ sipCallId: "x@pbx", audio: { verdict: "bothWays", fromCaller, fromCallee } });
        const report = JSON.parse(qualityReport(call)) as Record<string, unknown>;
        expect(report).toMatchObject({
            CORRELATION_ID: "x@pbx",
            TALK_SECONDS: 10,
            AUDIO: "bothWays",
            CALLER: { CODEC_NAME: "PCMA", TOTAL_PACKETS: 500, PACKET_LOSS: 0, JITTER: 2, MOS: 4.4 },
        });
        expect(report["CALLEE"]).toEqual({ TOTAL_PACKETS: 500 });
        expect(report).not.toHaveProperty("Q850");
    });
});
