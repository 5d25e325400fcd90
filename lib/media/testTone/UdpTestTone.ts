import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Sdp } from "../../call/vocabulary.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import type { HeardAudio, TestTone } from "../../ports/TestTone.ts";
import { codecsOf } from "../../sdp/codecs.ts";
import { g711Offer } from "../../sdp/g711Offer.ts";
import { parseDescription } from "../../sdp/sessionDescription.ts";
import { decodeG711, encodeG711, type G711Payload } from "./g711.ts";
import { testToneSample, ToneMeter } from "./toneMeter.ts";

const PACKET_MS = 20;
const SAMPLES_PER_PACKET = 160;
const HEADER_BYTES = 12;

interface Destination {
    readonly address: string;
    readonly port: number;
    readonly payload: G711Payload;
}

/** A test tone over plain RTP. It listens on the address from which the bridge reaches its rtpengine. */
export class UdpTestTone implements TestTone {
    readonly offer: Sdp;
    readonly #socket: Socket;
    readonly #meter = new ToneMeter();
    readonly #ssrc = randomInt(2 ** 32);
    #state: "open" | "closed" = "open";
    #timer: NodeJS.Timeout | undefined;
    #sent = 0;
    #startedAt = 0;

    private constructor(socket: Socket) {
        this.#socket = socket;
        const { address, family, port } = socket.address();
        this.offer = g711Offer(address, family === "IPv6" ? "IP6" : "IP4", port);
        socket.on("message", (packet) => this.#receive(packet));
        // a port that was closed at the other side answers with ICMP: the tone then does not come back
        socket.on("error", () => undefined);
    }

    /** @param engine control address of an rtpengine */
    static async open(engine: { readonly host: string; readonly port: number }): Promise<UdpTestTone> {
        const { address, family } = await localAddressTowards(engine);
        const socket = createSocket(family === "IPv6" ? "udp6" : "udp4");
        socket.bind(0, address);
        await once(socket, "listening");
        return new UdpTestTone(socket);
    }

    start(answer: Sdp): void {
        if (this.#state === "closed") return;
        const destination = destinationIn(answer);
        if (destination === undefined) throw new CallFailure("noCommonMedia", "the answer has no G.711 audio");
        this.#startedAt = performance.now();
        this.#timer ??= setInterval(() => this.#sendDue(destination), PACKET_MS / 2);
    }

    heard(): HeardAudio {
        return this.#meter.heard();
    }

    close(): void {
        clearInterval(this.#timer);
        if (this.#state === "closed") return;
        this.#state = "closed";
        this.#socket.close();
    }

    /** Sends as many packets as the clock asks for, so that a late timer does not slow the tone down. */
    #sendDue({ address, port, payload }: Destination): void {
        const due = 1 + Math.floor((performance.now() - this.#startedAt) / PACKET_MS);
        for (; this.#sent < due; this.#sent++) this.#socket.send(this.#packet(this.#sent, payload), port, address);
    }

    /** RFC 3550, section 5.1. */
    #packet(number: number, payload: G711Payload): Buffer {
        const packet = Buffer.alloc(HEADER_BYTES + SAMPLES_PER_PACKET);
        const position = number * SAMPLES_PER_PACKET;
        packet.writeUInt8(0x80, 0);
        packet.writeUInt8(number === 0 ? 0x80 | payload : payload, 1);
        packet.writeUInt16BE(number & 0xffff, 2);
        packet.writeUInt32BE(position, 4);
        packet.writeUInt32BE(this.#ssrc, 8);
        for (let n = 0; n < SAMPLES_PER_PACKET; n++)
            packet.writeUInt8(encodeG711(payload, testToneSample(position + n)), HEADER_BYTES + n);
        return packet;
    }

    #receive(packet: Buffer): void {
        const payload = packet.length > HEADER_BYTES ? packet.readUInt8(1) & 0x7f : -1;
        if (payload !== 0 && payload !== 8) return;
        const codes = packet.subarray(HEADER_BYTES + 4 * (packet.readUInt8(0) & 0x0f));
        this.#meter.add(Int16Array.from(codes, (code) => decodeG711(payload, code)));
    }
}

/** The address from which this machine sends to `host`, as its routes say. No packet is sent. */
async function localAddressTowards({
    host,
    port,
}: {
    readonly host: string;
    readonly port: number;
}): Promise<{ readonly address: string; readonly family: string }> {
    const probe = createSocket(host.includes(":") ? "udp6" : "udp4");
    try {
        probe.connect(port, host);
        await once(probe, "connect");
        return probe.address();
    } finally {
        probe.close();
    }
}

function destinationIn(answer: Sdp): Destination | undefined {
    const description = parseDescription(answer);
    const section = description?.media.find(({ port }) => port !== 0);
    const address = section?.connection?.ip ?? description?.connection?.ip;
    if (section === undefined || address === undefined) return undefined;
    const payload = codecsOf(section)
        .map((codec) => codec.payload)
        .find((number): number is G711Payload => number === 0 || number === 8);
    return payload === undefined ? undefined : { address, port: section.port, payload };
}
