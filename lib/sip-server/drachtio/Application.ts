import type { CancelTimer } from "../Clock.ts";
import type { AppClient } from "./AppClient.ts";

/** The connection by which an application is reached at the moment. */
export interface ApplicationConnection {
    readonly remote: string;
    send(frame: Buffer): void;
}

/** Frames for an application that is away. More are dropped: the engine responds to the requests among them when it gives them up. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

/** `held`: it has lost its connection and may come back under its resume name until the timer fires. */
type State =
    | { readonly kind: "connected"; readonly connection: ApplicationConnection }
    | { readonly kind: "held"; readonly frames: Buffer[]; bytes: number; readonly cancelTimer: CancelTimer }
    | { readonly kind: "gone" };

/**
 * An application, which owns SIP transactions and dialogs. One with a resume name outlives its connection for a while: what
 * happens to its transactions and dialogs meanwhile is kept for the connection that comes next under that name.
 */
export class Application implements AppClient {
    readonly resumeName: string | undefined;
    #state: State;

    constructor(connection: ApplicationConnection, resumeName: string | undefined) {
        this.resumeName = resumeName;
        this.#state = { kind: "connected", connection };
    }

    get isConnected(): boolean {
        return this.#state.kind === "connected";
    }

    get isGone(): boolean {
        return this.#state.kind === "gone";
    }

    /** The connection it has now, to be closed when another one takes its place. */
    get connection(): ApplicationConnection | undefined {
        return this.#state.kind === "connected" ? this.#state.connection : undefined;
    }

    send(frame: Buffer): void {
        switch (this.#state.kind) {
            case "connected":
                return this.#state.connection.send(frame);
            case "held":
                if (this.#state.bytes + frame.length > MAX_HELD_BYTES) return;
                this.#state.bytes += frame.length;
                this.#state.frames.push(frame);
                return;
            case "gone":
                return;
        }
    }

    reply(frame: Buffer): void {
        if (this.#state.kind === "connected") this.#state.connection.send(frame);
    }

    /** Its connection is lost: frames are held from now on. `cancelTimer` stops the timer that ends that. */
    hold(cancelTimer: CancelTimer): void {
        if (this.#state.kind === "connected") this.#state = { kind: "held", frames: [], bytes: 0, cancelTimer };
    }

    /** It has a new connection. Returns the frames that were held for it. */
    attach(connection: ApplicationConnection): readonly Buffer[] {
        const before = this.#state;
        this.#state = { kind: "connected", connection };
        if (before.kind !== "held") return [];
        before.cancelTimer();
        return before.frames;
    }

    /** It does not come back. */
    end(): void {
        if (this.#state.kind === "held") this.#state.cancelTimer();
        this.#state = { kind: "gone" };
    }
}
