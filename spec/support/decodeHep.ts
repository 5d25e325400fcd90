/** A packet of HEP version 3, as a collector reads it (HEP3 Network Protocol Specification rev. 12). */
export interface DecodedHep {
    readonly source: string;
    readonly destination: string;
    readonly sourcePort: number;
    readonly destinationPort: number;
    readonly ipProtocol: number;
    readonly at: number;
    readonly protocolType: number;
    readonly captureId: number;
    readonly authKey: string | undefined;
    readonly correlationId: string | undefined;
    readonly payload: string;
}

/** @throws Error for anything else than a complete packet */
export function decodeHep(datagram: Buffer): DecodedHep {
    if (datagram.toString("latin1", 0, 4) !== "HEP3" || datagram.readUInt16BE(4) !== datagram.length)
        throw new Error("not a packet of HEP version 3");
    const chunks = new Map<number, Buffer>();
    for (let at = 6; at < datagram.length;) {
        const length = datagram.readUInt16BE(at + 4);
        if (datagram.readUInt16BE(at) !== 0 || length < 6) throw new Error("chunk of another vendor, or too short");
        chunks.set(datagram.readUInt16BE(at + 2), datagram.subarray(at + 6, at + length));
        at += length;
    }
    const value = (type: number): Buffer => {
        const found = chunks.get(type);
        if (found === undefined) throw new Error(`chunk ${type} is missing`);
        return found;
    };
    const number = (type: number): number => value(type).readUIntBE(0, value(type).length);
    const isV6 = number(1) === 10;
    return {
        source: addressOf(value(isV6 ? 5 : 3)),
        destination: addressOf(value(isV6 ? 6 : 4)),
        sourcePort: number(7),
        destinationPort: number(8),
        ipProtocol: number(2),
        at: number(9) * 1_000 + number(10) / 1_000,
        protocolType: number(11),
        captureId: number(12),
        authKey: chunks.get(14)?.toString(),
        correlationId: chunks.get(17)?.toString(),
        payload: value(15).toString(),
    };
}

function addressOf(bytes: Buffer): string {
    if (bytes.length === 4) return bytes.join(".");
    return (bytes.toString("hex").match(/.{4}/g) ?? [])
        .map((group) => Number.parseInt(group, 16).toString(16))
        .join(":");
}
