import { isIPv4, isIPv6 } from "node:net";

/** One address of a message. */
export interface HepEndpoint {
    /** An IP address, IPv6 without brackets. */
    readonly address: string;
    readonly port: number;
}

/** A message or report as a collector gets it. */
export interface HepPacket {
    readonly source: HepEndpoint;
    readonly destination: HepEndpoint;
    /** `tcp` for everything that is carried over TCP. */
    readonly transport: "udp" | "tcp";
    /** Wall time in ms since the Unix epoch. */
    readonly at: number;
    readonly payloadKind: "sip" | "qualityReport";
    /** Links everything about one call: its SIP Call-ID. */
    readonly correlationId: string | undefined;
    readonly payload: string;
}

/** How the bridge names and authenticates itself at the collector. */
export interface HepAgent {
    readonly captureId: number;
    readonly password: string | undefined;
}

/** Chunk types of the vendor 0, "generic" (HEP3 Network Protocol Specification rev. 12, section 4). */
const CHUNK = {
    ipFamily: 0x01,
    ipProtocol: 0x02,
    sourceIpv4: 0x03,
    destinationIpv4: 0x04,
    sourceIpv6: 0x05,
    destinationIpv6: 0x06,
    sourcePort: 0x07,
    destinationPort: 0x08,
    seconds: 0x09,
    microseconds: 0x0a,
    protocolType: 0x0b,
    captureId: 0x0c,
    authKey: 0x0e,
    payload: 0x0f,
    correlationId: 0x11,
} as const;

/** SIP, and the complete report about the quality of a call as JSON. */
const PROTOCOL_TYPES: Readonly<Record<HepPacket["payloadKind"], number>> = { sip: 0x01, qualityReport: 0x22 };
const IP_PROTOCOLS = { udp: 17, tcp: 6 } as const;
const AF_INET = 2;
const AF_INET6 = 10;
const NO_ADDRESS = "0.0.0.0";
/** The length of a packet has 16 bits, and a datagram fits less. */
const MAX_BYTES = 65_000;

/** Encodes a packet of HEP version 3; undefined if it is too large for a datagram. Pure. */
export function encodeHep(packet: HepPacket, { captureId, password }: HepAgent): Buffer | undefined {
    const { source, destination, transport, at, payloadKind, correlationId, payload } = packet;
    const isV6 = isIPv6(source.address) && isIPv6(destination.address);
    const body = Buffer.concat([
        chunk(CHUNK.ipFamily, number(isV6 ? AF_INET6 : AF_INET, 1)),
        chunk(CHUNK.ipProtocol, number(IP_PROTOCOLS[transport], 1)),
        chunk(isV6 ? CHUNK.sourceIpv6 : CHUNK.sourceIpv4, addressBytes(source.address, isV6)),
        chunk(isV6 ? CHUNK.destinationIpv6 : CHUNK.destinationIpv4, addressBytes(destination.address, isV6)),
        chunk(CHUNK.sourcePort, number(source.port, 2)),
        chunk(CHUNK.destinationPort, number(destination.port, 2)),
        chunk(CHUNK.seconds, number(Math.floor(at / 1_000), 4)),
        chunk(CHUNK.microseconds, number((at % 1_000) * 1_000, 4)),
        chunk(CHUNK.protocolType, number(PROTOCOL_TYPES[payloadKind], 1)),
        chunk(CHUNK.captureId, number(captureId, 4)),
        ...(password === undefined ? [] : [chunk(CHUNK.authKey, Buffer.from(password))]),
        ...(correlationId === undefined ? [] : [chunk(CHUNK.correlationId, Buffer.from(correlationId))]),
        chunk(CHUNK.payload, Buffer.from(payload)),
    ]);
    const length = body.length + 6;
    return length > MAX_BYTES ? undefined : Buffer.concat([Buffer.from("HEP3"), number(length, 2), body]);
}

/** Vendor 0, type, length with this header, value. */
function chunk(type: number, value: Buffer): Buffer {
    return Buffer.concat([number(0, 2), number(type, 2), number(value.length + 6, 2), value]);
}

function number(value: number, bytes: 1 | 2 | 4): Buffer {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, 0, bytes);
    return buffer;
}

function addressBytes(address: string, isV6: boolean): Buffer {
    if (!isV6) return Buffer.from((isIPv4(address) ? address : NO_ADDRESS).split(".").map(Number));
    const [head = "", tail] = address.split("%")[0]?.split("::", 2) ?? [];
    const [front, back] = [groupsOf(head), groupsOf(tail ?? "")];
    const zeros = tail === undefined ? [] : Array<number>(8 - front.length - back.length).fill(0);
    return Buffer.concat([...front, ...zeros, ...back].map((group) => number(group, 2)));
}

/** The 16-bit groups of a part of an IPv6 address, of which the last can be written as IPv4. */
function groupsOf(text: string): readonly number[] {
    if (text === "") return [];
    return text.split(":").flatMap((group) => {
        if (!isIPv4(group)) return [Number.parseInt(group, 16)];
        const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
        return [a * 256 + b, c * 256 + d];
    });
}
