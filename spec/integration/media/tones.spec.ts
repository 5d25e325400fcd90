import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeUlaw } from "../../../lab/audio/g711.ts";
import { until } from "../../../lab/world/until.ts";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import type { MediaSession } from "../../../lib/ports/MediaProxy.ts";
import { phone } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";

const PCMU = 0;
const EVENT = 101;
const SAMPLES = 160;

/** A phone that can press keys as RTP events (RFC 4733), and tells what arrives. */
class Keypad {
    readonly port: number;
    /** Keys of events that arrived, each once. */
    readonly events: number[] = [];
    readonly #socket: Socket;
    #sequence = 1;
    #timestamp = 0;
    #lastEventAt = -1;

    private constructor(socket: Socket) {
        this.#socket = socket;
        this.port = socket.address().port;
        socket.on("message", (packet) => this.#receive(packet));
        socket.on("error", () => undefined);
    }

    static async start(): Promise<Keypad> {
        const socket = createSocket("udp4");
        socket.bind(0, "127.0.0.1");
        await once(socket, "listening");
        return new Keypad(socket);
    }

    /** Half a second of silence with one key pressed for a fifth of it. */
    async press(key: number, port: number): Promise<void> {
        const quiet = Buffer.alloc(SAMPLES, encodeUlaw(0));
        const send = async (type: number, timestamp: number, payload: Buffer, marker = false): Promise<void> => {
            const header = Buffer.alloc(12);
            header.writeUInt8(0x80, 0);
            header.writeUInt8((marker ? 0x80 : 0) | type, 1);
            header.writeUInt16BE(this.#sequence++, 2);
            header.writeUInt32BE(timestamp, 4);
            header.writeUInt32BE(0x1234, 8);
            this.#socket.send(Buffer.concat([header, payload]), port, "127.0.0.1");
            // at the pace of speech: an engine may drop what comes faster
            await new Promise((resolve) => setTimeout(resolve, 20));
        };
        const rest = async (packets: number): Promise<void> => {
            for (let i = 0; i < packets; i++) await send(PCMU, (this.#timestamp += SAMPLES), quiet);
        };
        await rest(10);
        const begin = (this.#timestamp += SAMPLES);
        for (let i = 1; i <= 12; i++) {
            // volume 10; the end is said three times
            const payload = Buffer.from([key, (i > 9 ? 0x80 : 0) | 10, 0, 0]);
            payload.writeUInt16BE(Math.min(i, 10) * SAMPLES, 2);
            await send(EVENT, begin, payload, i === 1);
        }
        this.#timestamp += 10 * SAMPLES;
        await rest(10);
    }

    stop(): void {
        this.#socket.close();
    }

    #receive(packet: Buffer): void {
        const type = packet.readUInt8(1) & 0x7f;
        const timestamp = packet.readUInt32BE(4);
        if (type !== EVENT || timestamp === this.#lastEventAt) return;
        this.#lastEventAt = timestamp;
        this.events.push(packet.readUInt8(12));
    }
}

const plain = { payloads: "0", formats: ["a=rtpmap:0 PCMU/8000"] };
const withEvents = {
    payloads: "0 101",
    formats: [...plain.formats, "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"],
};

describe("a key pressed on a phone, through rtpengine", () => {
    let world: MediaWorld;
    let session: MediaSession;
    let caller: Keypad;
    let callee: Keypad;

    beforeEach(async () => {
        world = await MediaWorld.start();
        session = world.open("rtp", "rtp");
        caller = await Keypad.start();
        callee = await Keypad.start();
    });

    afterEach(async () => {
        await session.release();
        caller.stop();
        callee.stop();
        await world.stop();
    });

    async function connect(calleeSays: typeof plain): Promise<Sdp> {
        await session.offer(phone({ port: caller.port, ...withEvents }));
        return await session.answer(phone({ port: callee.port, ...calleeSays }));
    }

    test.each([0, 5, 9, 10, 11, 15])("arrives as the RTP event it was: %i", async (key) => {
        await caller.press(key, portIn(await connect(withEvents)));
        await until(() => (callee.events.length > 0 ? true : undefined), { what: "an RTP event", timeoutMs: 2_000 });
        expect(callee.events).toEqual([key]);
    });

    test.each([
        ["does", withEvents, true],
        ["does not", plain, false],
    ])(
        "can be sent only if the other phone supports RTP events, as the caller's description says: it %s",
        async (_, says, knows) => {
            expect((await connect(says)).includes("telephone-event")).toBe(knows);
        },
    );
});

function portIn(sdp: Sdp): number {
    return Number(/^m=audio ([0-9]+)/m.exec(sdp)?.[1]);
}
