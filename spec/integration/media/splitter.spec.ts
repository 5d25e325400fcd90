import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { portIsBound } from "../../../lab/world/boundPort.ts";
import { until } from "../../../lab/world/until.ts";
import { type SplitterRecord, StreamSplitter } from "../../../lib/media/splitter/StreamSplitter.ts";
import { rtcp, rtp } from "../../support/rtpPackets.ts";

/** One port of rtpengine. */
class Peer {
    readonly socket: Socket;
    readonly received: Buffer[] = [];
    readonly port: number;

    private constructor(socket: Socket) {
        this.socket = socket;
        this.port = socket.address().port;
        socket.on("message", (datagram) => this.received.push(datagram));
    }

    static async open(): Promise<Peer> {
        const socket = createSocket("udp4");
        socket.bind(0, "127.0.0.1");
        await once(socket, "listening");
        return new Peer(socket);
    }

    /** Sends datagrams, and resolves to what `other` has received once the last one has arrived there. */
    async sends(to: number, ...datagrams: readonly Buffer[]): Promise<void> {
        for (const datagram of datagrams)
            await new Promise<void>((resolve) => {
                this.socket.send(datagram, to, "127.0.0.1", () => resolve());
            });
    }

    async has(...expected: readonly Buffer[]): Promise<void> {
        const what = `${expected.length} datagrams`;
        await until(() => (this.received.length >= expected.length ? true : undefined), { what, timeoutMs: 2_000 });
        expect(this.received.splice(0)).toEqual(expected);
    }
}

const [AUDIO, VIDEO] = [0, 96];
const [browsersVoice, browsersPicture, phonesVoice, phonesPicture] = [1, 2, 3, 4];

describe("the splitter of a call with video", () => {
    let splitter: StreamSplitter;
    let requests = 0;
    let bundle: Peer;
    let audio: Peer;
    let video: Peer;

    beforeEach(async () => {
        splitter = await StreamSplitter.open(4, undefined, () => void (requests += 1));
        [bundle, audio, video] = [await Peer.open(), await Peer.open(), await Peer.open()];
        splitter.route([
            { kind: "audio", payloads: new Map([[AUDIO, AUDIO]]) },
            { kind: "video", payloads: new Map([[102, VIDEO]]) },
        ]);
        const at = ({ port }: Peer) => ({ host: "127.0.0.1", port });
        splitter.connectBundle(at(bundle));
        splitter.connectStream("audio", at(audio));
        splitter.connectStream("video", at(video));
        // connected once a packet passes each port
        const passes = async (from: Peer, port: number, to: Peer, packet: Buffer): Promise<void> => {
            const probe = async (): Promise<true | undefined> => {
                await from.sends(port, packet);
                return to.received.length > 0 ? true : undefined;
            };
            await until(probe, { what: "the splitter to be connected", timeoutMs: 2_000, everyMs: 10 });
        };
        await passes(bundle, splitter.bundlePort, audio, rtp({ payload: AUDIO, source: browsersVoice }));
        await passes(bundle, splitter.bundlePort, video, rtp({ payload: 102, source: browsersPicture }));
        await passes(audio, splitter.portOf("audio"), bundle, rtp({ payload: AUDIO, source: phonesVoice }));
        await passes(video, splitter.portOf("video"), bundle, rtp({ payload: VIDEO, source: phonesPicture }));
        await settled();
    });

    /** Forgets the packets of the connection, with one that is known to be the last. */
    async function settled(): Promise<void> {
        const last = rtp({ payload: AUDIO, source: browsersVoice, body: "last" });
        await bundle.sends(splitter.bundlePort, last);
        const wait = { what: "the last packet", timeoutMs: 2_000, everyMs: 5 };
        await until(() => (audio.received.some((each) => each.equals(last)) ? true : undefined), wait);
        for (const peer of [bundle, audio, video]) peer.received.length = 0;
    }

    afterEach(() => {
        splitter.close();
        for (const { socket } of [bundle, audio, video]) socket.close();
    });

    test("goes on from its record on the same ports, with the same peers and payload types", async () => {
        const text = JSON.stringify(splitter.snapshot());
        splitter.close();
        splitter = await StreamSplitter.resume(JSON.parse(text) as SplitterRecord);
        expect(JSON.stringify(splitter.snapshot())).toBe(text);
        const picture = rtp({ payload: 102, source: browsersPicture });
        const probe = async (): Promise<true | undefined> => {
            await bundle.sends(splitter.bundlePort, picture);
            return video.received.length > 0 ? true : undefined;
        };
        await until(probe, { what: "the splitter to be connected again", timeoutMs: 2_000, everyMs: 10 });
        expect(video.received[0]).toEqual(rtp({ payload: VIDEO, source: browsersPicture }));
    });

    test("does not go on if one of its ports has been taken meanwhile, and takes none then", async () => {
        const record = splitter.snapshot();
        splitter.close();
        const other = createSocket("udp4");
        other.bind(record.ports.video, "127.0.0.1");
        await once(other, "listening");
        await expect(StreamSplitter.resume(record)).rejects.toThrow("no UDP port");
        await until(() => (portIsBound("udp", record.ports.bundle) ? undefined : true), {
            what: "the other ports to be free",
            timeoutMs: 2_000,
        });
        other.close();
    });

    test("divides RTP by payload type, and merges it, with the numbers of each side", async () => {
        await bundle.sends(
            splitter.bundlePort,
            rtp({ payload: AUDIO, source: browsersVoice, body: "sound" }),
            rtp({ payload: 102, source: browsersPicture, marker: true, body: "picture" }),
        );
        await audio.has(rtp({ payload: AUDIO, source: browsersVoice, body: "sound" }));
        await video.has(rtp({ payload: VIDEO, source: browsersPicture, marker: true, body: "picture" }));
        await video.sends(splitter.portOf("video"), rtp({ payload: VIDEO, source: phonesPicture, body: "back" }));
        await bundle.has(rtp({ payload: 102, source: phonesPicture, body: "back" }));
    });

    test("asks the sender of the bundle's video for a picture, in the name of the other side's video", async () => {
        splitter.requestPicture();
        const report = rtcp.receiverReport(phonesPicture, []);
        await bundle.has(Buffer.concat([report, rtcp.pictureLoss(phonesPicture, browsersPicture)]));
    });

    test("reports and passes on requests for a picture that come in the bundle", async () => {
        const asked = requests;
        const requested = [rtcp.pictureLoss(9, phonesPicture), rtcp.fullIntraRequest(9, phonesPicture)];
        await bundle.sends(splitter.bundlePort, ...requested, rtcp.nack(9, phonesPicture));
        await video.has(...requested, rtcp.nack(9, phonesPicture));
        expect(requests - asked).toBe(2);
    });

    test("divides a compound RTCP packet by whom its parts are about", async () => {
        const ofVoice = [rtcp.senderReport(browsersVoice, [phonesVoice]), rtcp.description(browsersVoice)];
        const ofPicture = [rtcp.receiverReport(browsersPicture, [phonesPicture]), rtcp.pictureLoss(9, phonesPicture)];
        await bundle.sends(splitter.bundlePort, Buffer.concat([...ofVoice, ...ofPicture]));
        await audio.has(Buffer.concat(ofVoice));
        await video.has(Buffer.concat(ofPicture));
        const both = rtcp.receiverReport(browsersVoice, [phonesVoice, phonesPicture]);
        await bundle.sends(splitter.bundlePort, both);
        await audio.has(both);
        await video.has(both);
    });

    test("passes a phone's requests for pictures to the bundle", async () => {
        const request = Buffer.concat([rtcp.receiverReport(5, []), rtcp.fullIntraRequest(5, browsersPicture)]);
        await video.sends(splitter.portOf("video"), request);
        await bundle.has(request);
    });

    test("drops what belongs to no stream, and what does not come from rtpengine", async () => {
        const outsider = await Peer.open();
        await outsider.sends(splitter.bundlePort, rtp({ payload: AUDIO, source: 8, body: "false" }));
        outsider.socket.close();
        await bundle.sends(
            splitter.bundlePort,
            Buffer.from("no RTP"),
            rtp({ payload: 111, source: 8 }),
            rtcp.receiverReport(8, [999]),
            rtp({ payload: AUDIO, source: browsersVoice, body: "true" }),
        );
        await audio.has(rtp({ payload: AUDIO, source: browsersVoice, body: "true" }));
        await video.sends(
            splitter.portOf("video"),
            rtp({ payload: AUDIO, source: 8 }),
            rtp({ payload: VIDEO, source: 4 }),
        );
        await bundle.has(rtp({ payload: 102, source: 4 }));
    });

    test("follows rtpengine to another port", async () => {
        const next = await Peer.open();
        splitter.connectStream("video", { host: "127.0.0.1", port: next.port });
        const picture = rtp({ payload: 102, source: browsersPicture });
        const probe = async (): Promise<true | undefined> => {
            await bundle.sends(splitter.bundlePort, picture);
            return next.received.length > 0 ? true : undefined;
        };
        await until(probe, { what: "a picture at the new port", timeoutMs: 2_000, everyMs: 10 });
        next.socket.close();
        expect(video.received).toEqual([]);
    });

    test("frees its ports, and is quiet afterwards", async () => {
        const ports = [splitter.bundlePort, splitter.portOf("audio"), splitter.portOf("video")];
        splitter.close();
        splitter.close();
        splitter.connectBundle({ host: "127.0.0.1", port: bundle.port });
        for (const port of ports)
            await until(() => (portIsBound("udp", port) ? undefined : true), {
                what: `port ${port} to be free`,
                timeoutMs: 2_000,
            });
    });
});
