/** The fields of RTP and RTCP packets by which a stream of a bundle is recognised (RFC 3550, RFC 4585, RFC 5104). No copies are made. */

const [SENDER_REPORT, RECEIVER_REPORT, TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK] = [200, 201, 205, 206];
/** Formats of feedback about payloads that ask for a whole picture: PLI (RFC 4585, section 6.3.1) and FIR (RFC 5104, section 4.3.1). */
const [PICTURE_LOSS, FULL_INTRA_REQUEST] = [1, 4];

/** Whether a datagram on a port with both is RTCP (RFC 5761, section 4). */
export function isRtcp(datagram: Buffer): boolean {
    const type = datagram[1] ?? 0;
    return type >= 192 && type <= 223;
}

/** Whether it can be RTP or RTCP at all: version 2, and long enough for its header. */
export function isMediaPacket(datagram: Buffer): boolean {
    const length = datagram.length;
    return ((datagram[0] ?? 0) & 0xc0) === 0x80 && length >= (isRtcp(datagram) ? 8 : 12);
}

export function payloadTypeOf(rtp: Buffer): number {
    return (rtp[1] ?? 0) & 0x7f;
}

/** Overwrites the payload type; the marker bit stays. */
export function setPayloadType(rtp: Buffer, payload: number): void {
    rtp[1] = ((rtp[1] ?? 0) & 0x80) | payload;
}

export function sourceOf(rtp: Buffer): number {
    return rtp.readUInt32BE(8);
}

/** The packets of a compound RTCP packet; stops at the first that is malformed. */
export function packetsIn(compound: Buffer): readonly Buffer[] {
    const packets: Buffer[] = [];
    for (let at = 0; at + 8 <= compound.length;) {
        const end = at + 4 * (compound.readUInt16BE(at + 2) + 1);
        if (end < at + 8 || end > compound.length) break;
        packets.push(compound.subarray(at, end));
        at = end;
    }
    return packets;
}

/**
 * The sources of media that an RTCP packet is about: the sender of a sender report, those that a receiver report or feedback
 * names, or the sender for all other types.
 */
export function subjectsOf(rtcp: Buffer): readonly number[] {
    switch (rtcp[1]) {
        case SENDER_REPORT:
            return [rtcp.readUInt32BE(4)];
        case RECEIVER_REPORT:
            return numbersAt(rtcp, 8, 24, (rtcp[0] ?? 0) & 0x1f);
        case TRANSPORT_FEEDBACK:
        case PAYLOAD_FEEDBACK: {
            const source = numbersAt(rtcp, 8, 4, 1).filter((ssrc) => ssrc !== 0);
            // a FIR names the source in its entries only (RFC 5104, section 4.3.1.2)
            return source.length > 0 ? source : numbersAt(rtcp, 12, 8, 1);
        }
        default:
            return [rtcp.readUInt32BE(4)];
    }
}

function numbersAt(packet: Buffer, first: number, step: number, count: number): readonly number[] {
    const numbers: number[] = [];
    for (let index = 0; index < count; index++) {
        const at = first + index * step;
        if (at + 4 > packet.length) break;
        numbers.push(packet.readUInt32BE(at));
    }
    return numbers;
}

/** Whether an RTCP packet asks for a whole picture. */
export function asksForPicture(rtcp: Buffer): boolean {
    const format = (rtcp[0] ?? 0) & 0x1f;
    return rtcp[1] === PAYLOAD_FEEDBACK && (format === PICTURE_LOSS || format === FULL_INTRA_REQUEST);
}

/**
 * A compound RTCP packet that asks the sender of `source` for a whole picture: an empty receiver report, without which it would
 * not be valid (RFC 3550, section 6.1), and a PLI.
 */
export function pictureLossIndication(sender: number, source: number): Buffer {
    const packet = Buffer.alloc(20);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(RECEIVER_REPORT, 1);
    packet.writeUInt16BE(1, 2);
    packet.writeUInt32BE(sender, 4);
    packet.writeUInt8(0x80 | PICTURE_LOSS, 8);
    packet.writeUInt8(PAYLOAD_FEEDBACK, 9);
    packet.writeUInt16BE(2, 10);
    packet.writeUInt32BE(sender, 12);
    packet.writeUInt32BE(source, 16);
    return packet;
}
