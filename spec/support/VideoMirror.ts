import { createSocket, type Socket } from "node:dgram";
import { freePort } from "../../lab/world/freePort.ts";
import { once } from "node:events";
import { rtcp } from "./rtpPackets.ts";

const SOURCE = 0x1234_5678;
const [PAYLOAD_FEEDBACK, PICTURE_LOSS] = [206, 1];

/** The video of a SIP phone that sends back the pictures it receives. */
export class VideoMirror {
    readonly port: number;
    /** Requests for a picture that arrived (PLI). */
    requests = 0;
    readonly #rtp: Socket;
    readonly #rtcp: Socket;
    #theirs = 0;
    #received = 0;
    #asked = 0;
    #lost = 0;

    private constructor(rtp: Socket, rtcpSocket: Socket) {
        this.#rtp = rtp;
        this.#rtcp = rtcpSocket;
        this.port = rtp.address().port;
        rtp.on("message", (packet, { address, port }) => {
            this.#theirs = packet.readUInt32BE(8);
            this.#received += 1;
            if (this.#received <= this.#lost) return;
            const mirrored = Buffer.from(packet);
            mirrored.writeUInt32BE(SOURCE, 8);
            rtp.send(mirrored, port, address);
        });
        rtcpSocket.on("message", (compound) => {
            for (let at = 0; at + 8 <= compound.length; at += 4 * (compound.readUInt16BE(at + 2) + 1)) {
                const isRequest =
                    ((compound[at] ?? 0) & 0x1f) === PICTURE_LOSS && compound[at + 1] === PAYLOAD_FEEDBACK;
                if (isRequest && compound.readUInt32BE(at + 8) === SOURCE) this.requests += 1;
            }
        });
    }

    /** @param lost how many packets it does not send back at first: the browser then lacks the first picture */
    static async open(lost = 0): Promise<VideoMirror> {
        const [port, next] = [await freePort(), await freePort()];
        const sockets = [port, next].map((each) => createSocket("udp4").bind(each, "127.0.0.1"));
        await Promise.all(sockets.map((socket) => once(socket, "listening")));
        const mirror = new VideoMirror(sockets[0] as Socket, sockets[1] as Socket);
        mirror.#lost = lost;
        return mirror;
    }

    /** The lines of its section. `a=rtcp` names its second port. */
    get section(): readonly string[] {
        return [
            `m=video ${this.port} RTP/AVP 96`,
            `a=rtcp:${this.#rtcp.address().port}`,
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack pli",
            "a=rtcp-fb:96 ccm fir",
        ];
    }

    /** The same of a phone that can be asked for pictures by SIP INFO only. */
    get sectionWithoutFeedback(): readonly string[] {
        return this.section.filter((line) => !line.startsWith("a=rtcp-fb"));
    }

    /** Asks for a picture: PLI, or FIR. @param to where it sends RTCP */
    ask(by: "pictureLoss" | "fullIntraRequest", to: number): void {
        this.#asked += 1;
        const report = rtcp.receiverReport(SOURCE, [this.#theirs]);
        this.#rtcp.send([report, rtcp[by](SOURCE, this.#theirs, this.#asked)], to, "127.0.0.1");
    }

    get received(): number {
        return this.#received;
    }

    close(): void {
        this.#rtp.close();
        this.#rtcp.close();
    }
}
