import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Clock } from "../../ports/Clock.ts";
import { parseDescription } from "../../sdp/sessionDescription.ts";
import { localAddressesIn } from "../callReport.ts";
import { NgFailure } from "../NgFailure.ts";
import type { NgCommand, NgDictionary } from "../ngProtocol.ts";
import type { MediaAddress } from "../splitter/MediaPort.ts";
import type { DigitReports } from "./DigitReports.ts";

/** What is needed of an rtpengine. */
interface Engine {
    request(command: NgCommand, dictionary?: NgDictionary): Promise<Readonly<Record<string, unknown>>>;
}

export interface DigitTest {
    /** Prefix of the call-ids of this bridge at rtpengine. */
    readonly prefix: string;
    readonly reports: Pick<DigitReports, "listen">;
    readonly clock: Clock;
}

const EVENT = 101;
/** Of the two parties, who receive nothing (RFC 863). */
const DISCARD_PORT = 9;
/** How long a report can take, in ms. It takes a few. */
const REPORT_MS = 1_000;

/**
 * Whether rtpengine reports digits to this bridge: presses a key in a call of its own, which is deleted again. rtpengine answers
 * no question about its configuration. Never rejects.
 */
export async function testDigitReports(engine: Engine, { prefix, reports, clock }: DigitTest): Promise<boolean> {
    const call = `${prefix}dtmf-test-${randomBytes(6).toString("hex")}`;
    let socket: Socket | undefined;
    let stopTimer = (): void => undefined;
    let stopListening = (): void => undefined;
    const reported = new Promise<boolean>((resolve) => {
        stopListening = reports.listen(call, () => resolve(true));
        stopTimer = clock.startTimer(REPORT_MS, () => resolve(false));
    });
    try {
        const address = await openCall(engine, call);
        // an rtpengine that has IPv6 alone uses it whatever the description says
        socket = createSocket(isIPv6(address.host) ? "udp6" : "udp4").on("error", () => undefined);
        press(socket, address);
        return await reported;
    } catch (error) {
        if (!(error instanceof NgFailure)) throw error;
        return false;
    } finally {
        stopTimer();
        stopListening();
        socket?.close();
        // without packets rtpengine ends the call by itself
        await engine.request("delete", { "call-id": call, "delete delay": 0 }).catch(() => undefined);
    }
}

/** Resolves to where rtpengine receives the audio of the party that presses the key. */
async function openCall(engine: Engine, call: string): Promise<MediaAddress> {
    const common = { "call-id": call, "from-tag": "origin", sdp: DESCRIPTION, ICE: "remove" };
    await engine.request("offer", common);
    const { sdp } = await engine.request("answer", { ...common, "to-tag": "target" });
    const said = typeof sdp === "string" ? parseDescription(sdp) : undefined;
    const [voice] = said?.media ?? [];
    const announced = (voice?.connection ?? said?.connection)?.ip;
    if (voice === undefined || announced === undefined) throw new NgFailure("refused", "no description");
    // behind NAT, the bridge on the same host does not reach the address that is announced
    const own = localAddressesIn(await engine.request("query", { "call-id": call })).get(voice.port);
    return { host: own ?? announced, port: voice.port };
}

/** One packet of audio, the beginning of a digit, and its end (RFC 4733, section 2.5). */
function press(socket: Socket, { host, port }: MediaAddress): void {
    const header = (sequence: number, payload: number): Buffer => {
        const bytes = Buffer.alloc(12);
        bytes.writeUInt8(0x80, 0);
        bytes.writeUInt8(payload, 1);
        bytes.writeUInt16BE(sequence, 2);
        bytes.writeUInt32BE(160, 4);
        bytes.writeUInt32BE(1, 8);
        return bytes;
    };
    const digit = (end: number, duration: number): Buffer => Buffer.from([0, end | 10, duration >> 8, duration & 0xff]);
    const packets = [
        Buffer.concat([header(1, 0), Buffer.alloc(160, 0xff)]),
        Buffer.concat([header(2, EVENT), digit(0, 160)]),
        Buffer.concat([header(3, EVENT), digit(0, 640)]),
        ...[4, 5, 6].map((sequence) => Buffer.concat([header(sequence, EVENT), digit(0x80, 800)])),
    ];
    for (const packet of packets) socket.send(packet, port, host, () => undefined);
}

const DESCRIPTION = [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    `m=audio ${DISCARD_PORT} RTP/AVP 0 ${EVENT}`,
    `a=rtpmap:${EVENT} telephone-event/8000`,
    "",
].join("\r\n");
