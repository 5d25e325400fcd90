import { isIPv4 } from "node:net";
import type { Endpoint } from "./SipTransport.ts";

const headerBytes = 20;
const magicCookie = 0x2112a442;
const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;
const xorMappedAddress = 0x0020;
const families = { ipv4: 1, ipv6: 2 } as const;

/**
 * The answer to a STUN Binding request (RFC 5389): the address it came from. Phones keep their NAT bindings to us alive so
 * over UDP (RFC 5626 3.5.2). Undefined if the datagram is no such request.
 */
export function stunResponse(datagram: Buffer, source: Endpoint): Buffer | undefined {
    if (datagram.length < headerBytes || datagram.readUInt16BE(0) !== bindingRequest) return undefined;
    if (datagram.readUInt32BE(4) !== magicCookie || datagram.readUInt16BE(2) !== datagram.length - headerBytes) {
        return undefined;
    }
    const v4 = isIPv4(source.address);
    const address = v4 ? bytesOfIPv4(source.address) : bytesOfIPv6(source.address);
    const answer = Buffer.alloc(headerBytes + 8 + address.length);
    answer.writeUInt16BE(bindingSuccess, 0);
    answer.writeUInt16BE(8 + address.length, 2);
    // cookie and transaction id
    datagram.copy(answer, 4, 4, headerBytes);
    answer.writeUInt16BE(xorMappedAddress, headerBytes);
    answer.writeUInt16BE(4 + address.length, headerBytes + 2);
    answer.writeUInt8(v4 ? families.ipv4 : families.ipv6, headerBytes + 5);
    answer.writeUInt16BE(source.port ^ (magicCookie >>> 16), headerBytes + 6);
    for (const [at, byte] of address.entries()) answer.writeUInt8(byte ^ (answer[4 + at] ?? 0), headerBytes + 8 + at);
    return answer;
}

function bytesOfIPv4(address: string): number[] {
    return address.split(".").map(Number);
}

/** For addresses as the system writes them: perhaps with `::`, with a zone behind `%`. */
function bytesOfIPv6(address: string): number[] {
    const [text = ""] = address.split("%");
    const [before = "", after] = text.split("::");
    const front = groups(before);
    const back = after === undefined ? [] : groups(after);
    const zeros = new Array<number>(8 - front.length - back.length).fill(0);
    return [...front, ...zeros, ...back].flatMap((group) => [group >>> 8, group & 0xff]);
}

function groups(text: string): number[] {
    return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
