import { createSocket } from "node:dgram";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { freePort, loopback } from "../world/freePort.ts";
import { until } from "../world/until.ts";
import { DigitEar, packetsOfDigit } from "./telephoneEvents.ts";
import { dominantFrequency } from "./dominantFrequency.ts";
import { decodeUlaw, encodeUlaw, pcmuRate } from "./g711.ts";
import type { Socket } from "node:dgram";
import type { Stoppable } from "../world/LabProcess.ts";

export interface RtpAddress {
    readonly address: string;
    readonly port: number;
}

const samplesPerPacket = 160;
const packetMs = 20;
const headerBytes = 12;
const pcmu = 0;
/** The payload type of digits, in both directions. */
const telephoneEvents = 101;
/** Packets of sound between two digits. */
const pauseAfterDigit = 4;
/** Half of full scale: loud, and far from clipping after transcoding. */
const amplitude = 16_384;
/** How much of what was heard is measured: long enough to tell 440 from 445 Hz. */
const heardSamples = pcmuRate / 2;
const quietMs = 500;

/** An RTP stream that it sends. Each one has its own sequence numbers; their timestamps come from one clock. */
interface Source {
    readonly ssrc: number;
    packets: number;
}

/** What is sent in place of the next packets of sound: a digit, or sound again. `start`: the first sample of the digit. */
type NextPacket = { readonly digit: Buffer; readonly isFirst: boolean } | "sound";

/**
 * The ear and mouth of a SIP phone in the lab: sends a PCMU tone in packets of 20 ms and measures the tone it receives. It
 * sends and collects digits as RTP events (RFC 4733) with payload type 101.
 * It is symmetric: it sends to wherever packets come from, or first to the address given to `sendTo`.
 */
export class RtpTone implements Stoppable {
    readonly address = loopback;
    readonly port: number;
    readonly #socket: Socket;
    readonly #heard = new Float32Array(heardSamples);
    readonly #sources = { voice: newSource(), music: newSource() };
    #source: Source = this.#sources.voice;
    #isNewSource = true;
    #closed: Promise<void> | undefined;
    readonly #pacing: NodeJS.Timeout;
    #toneHz: number;
    #mode: "tone" | "echo" | "mute" = "tone";
    #heardCount = 0;
    #received = 0;
    #lastAt = 0;
    #remote: RtpAddress | undefined;
    #sent = 0;
    #startedAt = 0;
    readonly #next: NextPacket[] = [];
    #digitStart = 0;
    readonly #ear = new DigitEar();

    private constructor(socket: Socket, port: number, toneHz: number) {
        this.#socket = socket;
        this.port = port;
        this.#toneHz = toneHz;
        socket.on("message", (packet, from) => this.#receive(packet, from));
        // A peer that closed its port answers with ICMP, which surfaces here; to a phone that is just silence.
        socket.on("error", () => undefined);
        this.#pacing = setInterval(() => this.#sendDue(), packetMs / 2);
    }

    /** @param toneHz what it plays. */
    static async start(toneHz: number): Promise<RtpTone> {
        const socket = createSocket("udp4");
        const port = await freePort();
        // RTCP goes to the next one (RFC 3550, section 11), so that port is reserved as well.
        await freePort();
        socket.bind(port, loopback);
        await once(socket, "listening");
        return new RtpTone(socket, port, toneHz);
    }

    /** Where to send until packets say otherwise: the address in the peer's SDP. */
    sendTo(remote: RtpAddress): void {
        this.#remote = remote;
    }

    /** Plays another tone from the next packet on. A peer that measures it measures what was sent after this call. */
    play(toneHz: number): void {
        this.#toneHz = toneHz;
    }

    /** Sends from another RTP source from the next packet on, as a PBX does that plays music to the other party. */
    sendAs(source: "voice" | "music"): void {
        this.#source = this.#sources[source];
        this.#isNewSource = true;
    }

    /** Sends back what arrives instead of its tone, as the echo number of a carrier does. */
    echo(): void {
        this.#mode = "echo";
    }

    /** Receives, but sends nothing, as behind a firewall that lets nothing out. */
    mute(): void {
        this.#mode = "mute";
    }

    /** Sends its tone again after `mute`. */
    unmute(): void {
        this.#startedAt = performance.now() - this.#sent * packetMs;
        this.#mode = "tone";
    }

    /** Presses these keys one after the other, each for 100 ms. */
    press(digits: string): void {
        for (const digit of digits) {
            const packets = packetsOfDigit(digit, samplesPerPacket);
            this.#next.push(...packets.map((bytes, index) => ({ digit: bytes, isFirst: index === 0 })));
            this.#next.push(...Array.from({ length: pauseAfterDigit }, () => "sound" as const));
        }
    }

    /** The digits that arrived so far. */
    get heardDigits(): string {
        return this.#ear.digits;
    }

    get receivedPackets(): number {
        return this.#received;
    }

    /** The frequency of the last half second of sound that arrived, in Hz; null if it was less, silent or noise. */
    heardHz(): number | null {
        if (this.#heardCount < heardSamples) return null;
        const oldest = this.#heardCount % heardSamples;
        const inOrder = new Float32Array(heardSamples);
        inOrder.set(this.#heard.subarray(oldest));
        inOrder.set(this.#heard.subarray(0, oldest), heardSamples - oldest);
        return dominantFrequency(inOrder, pcmuRate);
    }

    /** Resolves to the frequency once it is within 10 Hz of `hz`. @throws Error after `timeoutMs`. */
    async hears(hz: number, timeoutMs = 10_000): Promise<number> {
        const wait = { what: `a phone to hear ${hz} Hz`, timeoutMs, everyMs: 100 };
        return until(() => {
            const heard = this.heardHz();
            return heard !== null && Math.abs(heard - hz) <= 10 ? heard : undefined;
        }, wait);
    }

    /** Resolves once nothing at all has arrived for half a second. @throws Error after `timeoutMs`. */
    async hearsNothing(timeoutMs = 10_000): Promise<void> {
        const since = performance.now();
        const wait = { what: "a phone to hear nothing", timeoutMs, everyMs: 100 };
        await until(() => performance.now() - Math.max(since, this.#lastAt) >= quietMs || undefined, wait);
    }

    /** Forgets what was heard so far, as before listening to a second call. */
    forget(): void {
        this.#heardCount = 0;
        this.#heard.fill(0);
    }

    /** Stopping twice is harmless. */
    stop(): Promise<void> {
        clearInterval(this.#pacing);
        this.#closed ??= new Promise((resolve) => this.#socket.close(() => resolve()));
        return this.#closed;
    }

    #receive(packet: Buffer, from: RtpAddress): void {
        // RTCP shares the port if rtcp-mux was negotiated; its types lie outside what PCMU uses.
        if (packet.length <= headerBytes) return;
        const type = packet.readUInt8(1) & 0x7f;
        if (type === telephoneEvents) this.#ear.take(packet.subarray(headerBytes), packet.readUInt32BE(4));
        if (type !== pcmu) return;
        this.#remote = { address: from.address, port: from.port };
        this.#received += 1;
        if (this.#mode === "echo") this.#socket.send(packet, from.port, from.address);
        this.#lastAt = performance.now();
        const csrcBytes = 4 * (packet.readUInt8(0) & 0x0f);
        for (const code of packet.subarray(headerBytes + csrcBytes)) {
            this.#heard[this.#heardCount % heardSamples] = decodeUlaw(code) / 32_768;
            this.#heardCount += 1;
        }
    }

    /** Sends as many packets as the clock asks for, so that a late timer does not slow the tone down. */
    #sendDue(): void {
        if (this.#remote === undefined || this.#mode !== "tone") return;
        if (this.#sent === 0) this.#startedAt = performance.now();
        const due = 1 + Math.floor((performance.now() - this.#startedAt) / packetMs);
        while (this.#sent < due) {
            this.#socket.send(this.#packet(this.#sent), this.#remote.port, this.#remote.address);
            this.#sent += 1;
        }
    }

    #packet(number: number): Buffer {
        const firstSample = number * samplesPerPacket;
        const next = this.#next.shift() ?? "sound";
        if (next === "sound") return this.#soundPacket(firstSample);
        if (next.isFirst) this.#digitStart = firstSample;
        const header = this.#header(this.#digitStart, telephoneEvents, next.isFirst);
        return Buffer.concat([header, next.digit]);
    }

    #header(timestamp: number, type: number, isMarked: boolean): Buffer {
        const header = Buffer.alloc(headerBytes);
        header.writeUInt8(0x80, 0);
        header.writeUInt8(isMarked ? 0x80 | type : type, 1);
        header.writeUInt16BE(this.#source.packets & 0xffff, 2);
        header.writeUInt32BE(timestamp >>> 0, 4);
        header.writeUInt32BE(this.#source.ssrc, 8);
        this.#source.packets += 1;
        return header;
    }

    #soundPacket(firstSample: number): Buffer {
        const header = this.#header(firstSample, pcmu, this.#isNewSource);
        this.#isNewSource = false;
        const packet = Buffer.concat([header, Buffer.alloc(samplesPerPacket)]);
        for (let n = 0; n < samplesPerPacket; n += 1) {
            const phase = (2 * Math.PI * this.#toneHz * (firstSample + n)) / pcmuRate;
            packet.writeUInt8(encodeUlaw(amplitude * Math.sin(phase)), headerBytes + n);
        }
        return packet;
    }
}

function newSource(): Source {
    return { ssrc: randomInt(2 ** 32 - 1), packets: 0 };
}
