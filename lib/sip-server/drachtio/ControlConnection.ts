import type { Socket } from "node:net";
import type { ApplicationConnection } from "./Application.ts";
import type { ClientFrame } from "./clientFrame.ts";
import { decodeClientFrame } from "./clientFrame.ts";
import { FrameReader, MAX_FRAME_BYTES, MAX_UNAUTHENTICATED_FRAME_BYTES } from "./framing.ts";
import { encodeNo } from "./serverFrame.ts";

/** An application that leaves this much unread is stuck; keeping more for it would only eat memory. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

export type CloseReason =
    "closed by the application" | "protocol error" | "does not read" | "server stopping" | "replaced";

export type ControlConnectionListener = {
    /** Frames in their order, one at a time. Not called any more after the connection was closed from this side. */
    onFrame(connection: ControlConnection, frame: ClientFrame): void;
    /** Called once, on whichever side the connection was closed. */
    onClose(connection: ControlConnection, reason: CloseReason): void;
};

/** One TCP connection of an application: bytes to frames and back. Who may say what is the control server's business. */
export class ControlConnection implements ApplicationConnection {
    readonly #socket: Socket;
    readonly #listener: ControlConnectionListener;
    readonly #reader = new FrameReader(MAX_UNAUTHENTICATED_FRAME_BYTES);
    #state: { readonly kind: "open" } | { readonly kind: "closing"; readonly reason: CloseReason } = { kind: "open" };

    constructor(socket: Socket, listener: ControlConnectionListener) {
        this.#socket = socket;
        this.#listener = listener;
        socket.setNoDelay(true);
        socket.setKeepAlive(true, 30_000);
        socket.on("data", (chunk: Buffer) => this.#read(chunk));
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
            const { kind } = this.#state;
            listener.onClose(this, kind === "open" ? "closed by the application" : this.#state.reason);
        });
    }

    /** Address and port of the application, for the log. */
    get remote(): string {
        return `${this.#socket.remoteAddress ?? "gone"}:${this.#socket.remotePort ?? 0}`;
    }

    /** It has authenticated: from now on its frames may be long. */
    trust(): void {
        this.#reader.allow(MAX_FRAME_BYTES);
    }

    send(frame: Buffer): void {
        if (this.#state.kind === "closing" || !this.#socket.writable) return;
        this.#socket.write(frame);
        if (this.#socket.writableLength > MAX_UNREAD_BYTES) {
            this.#state = { kind: "closing", reason: "does not read" };
            this.#socket.destroy();
        }
    }

    /** Sends `NO` and closes. */
    refuse(replyTo: string, text: string): void {
        this.send(encodeNo(replyTo, text));
        this.close("protocol error");
    }

    /** Lets what was sent before go out, then closes. Safe to call twice. */
    close(reason: CloseReason): void {
        if (this.#state.kind === "closing") return;
        this.#state = { kind: "closing", reason };
        this.#socket.destroySoon();
    }

    #read(chunk: Buffer): void {
        const fault = this.#reader.push(chunk, (payload) => {
            if (this.#state.kind === "open") this.#listener.onFrame(this, decodeClientFrame(payload));
        });
        if (fault !== null) this.refuse("", fault);
    }
}
