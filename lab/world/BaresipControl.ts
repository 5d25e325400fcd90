import { connect } from "node:net";
import { once } from "node:events";
import { loopback } from "./freePort.ts";
import type { Socket } from "node:net";

/** An event about a call, as baresip's module ctrl_tcp sends it. */
export interface BaresipEvent {
    readonly at: Date;
    /** CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED, ... */
    readonly type: string;
    readonly peeruri: string;
    readonly peerdisplayname: string;
    readonly param: string;
}

/**
 * The connection to baresip's module ctrl_tcp: commands and events as JSON, each in a netstring (`<bytes>:<json>,`).
 */
export class BaresipControl {
    readonly events: BaresipEvent[] = [];
    readonly #socket: Socket;
    #unread = Buffer.alloc(0);

    private constructor(socket: Socket) {
        this.#socket = socket;
        socket.on("data", (bytes) => this.#read(bytes));
        // If baresip exits, the wait for one of its events fails.
        socket.on("error", () => undefined);
    }

    static async connect(port: number): Promise<BaresipControl> {
        const socket = connect(port, loopback);
        await once(socket, "connect");
        return new BaresipControl(socket);
    }

    /** Sends a command of baresip's menu, such as `dial`, `accept` or `hangup`. */
    command(command: string, params?: string): void {
        const json = JSON.stringify({ command, params });
        this.#socket.write(`${Buffer.byteLength(json)}:${json},`);
    }

    close(): void {
        this.#socket.destroy();
    }

    #read(bytes: Buffer): void {
        this.#unread = Buffer.concat([this.#unread, bytes]);
        for (;;) {
            const colon = this.#unread.indexOf(":");
            if (colon < 0) return;
            const length = Number(this.#unread.toString("ascii", 0, colon));
            const end = colon + 1 + length;
            if (this.#unread.length <= end) return;
            this.#take(this.#unread.toString("utf8", colon + 1, end));
            this.#unread = this.#unread.subarray(end + 1);
        }
    }

    #take(json: string): void {
        const message = JSON.parse(json) as Readonly<Record<string, unknown>>;
        if (message["event"] !== true) return;
        const text = (key: string): string => (typeof message[key] === "string" ? message[key] : "");
        this.events.push({
            at: new Date(),
            type: text("type"),
            peeruri: text("peeruri"),
            peerdisplayname: text("peerdisplayname"),
            param: text("param"),
        });
    }
}
