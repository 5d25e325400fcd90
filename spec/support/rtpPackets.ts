/** RTP and RTCP packets for specs (RFC 3550, RFC 4585, RFC 5104). */

export interface RtpSays {
    readonly payload: number;
    readonly source: number;
    readonly marker?: boolean;
    readonly body?: string;
}

export function rtp({ payload, source, marker = false, body = "" }: RtpSays): Buffer {
    const packet = Buffer.alloc(12);
    packet[0] = 0x80;
    packet[1] = (marker ? 0x80 : 0) | payload;
    packet.writeUInt32BE(source, 8);
    return Buffer.concat([packet, Buffer.from(body)]);
}

function packet(type: number, count: number, words: readonly number[]): Buffer {
    const bytes = Buffer.alloc(4 + 4 * words.length);
    bytes[0] = 0x80 | count;
    bytes[1] = type;
    bytes.writeUInt16BE(words.length, 2);
    words.forEach((word, index) => bytes.writeUInt32BE(word, 4 + 4 * index));
    return bytes;
}

const blocks = (sources: readonly number[]): number[] => sources.flatMap((source) => [source, 0, 0, 0, 0, 0]);

export const rtcp = {
    senderReport: (sender: number, about: readonly number[]): Buffer =>
        packet(200, about.length, [sender, 1, 2, 3, 4, 5, ...blocks(about)]),
    receiverReport: (sender: number, about: readonly number[]): Buffer =>
        packet(201, about.length, [sender, ...blocks(about)]),
    description: (sender: number): Buffer => packet(202, 1, [sender, 0]),
    bye: (sender: number): Buffer => packet(203, 1, [sender]),
    nack: (sender: number, media: number): Buffer => packet(205, 1, [sender, media, 0x00_07_00_00]),
    pictureLoss: (sender: number, media: number, _number?: number): Buffer => packet(206, 1, [sender, media]),
    /** `number`: another one for each request, not for its repetitions (RFC 5104, section 4.3.1.1). */
    fullIntraRequest: (sender: number, media: number, number = 1): Buffer =>
        packet(206, 4, [sender, 0, media, number * 0x01_00_00_00]),
};
