import type { Clock } from "../../ports/Clock.ts";

/** Time between a response and the next ping. */
const INTERVAL_MS = 500;
/** A server that has not responded to a ping for this long hangs. Together with the restart it is replaced within 5 s. */
const TIMEOUT_MS = 1_500;
/** A timer that fires this much too late means that this process does not run in time either: the machine is overloaded. */
const STALL_MS = 200;

export interface PingWatchParts {
    readonly clock: Clock;
    /** Resolves with the response; its rejection means that the connection was lost, which is reported elsewhere. */
    readonly ping: () => Promise<void>;
    /** Number of frames received from the server so far. */
    readonly received: () => number;
    /** The server does not respond. Called once at most. */
    readonly onHang: () => void;
}

/** Detects a SIP server that keeps its connection open but does not respond, such as a stopped process. */
export class PingWatch {
    readonly #parts: PingWatchParts;
    #stopTimer = (): void => undefined;
    #state: "running" | "stopped" = "running";

    /** Starts immediately. */
    constructor(parts: PingWatchParts) {
        this.#parts = parts;
        this.#wait();
    }

    stop(): void {
        this.#state = "stopped";
        this.#stopTimer();
    }

    #wait(): void {
        this.#stopTimer = this.#parts.clock.startTimer(INTERVAL_MS, () => this.#ping());
    }

    #ping(): void {
        this.#awaitResponse();
        this.#parts.ping().then(
            () => {
                if (this.#state === "stopped") return;
                this.#stopTimer();
                this.#wait();
            },
            () => this.stop(),
        );
    }

    #awaitResponse(): void {
        const { clock, received, onHang } = this.#parts;
        const from = clock.monotonic();
        const before = received();
        this.#stopTimer = clock.startTimer(TIMEOUT_MS, () => {
            // a server that runs as late as this process does not hang, and its response may be waiting to be read
            if (clock.monotonic() - from > TIMEOUT_MS + STALL_MS) return this.#awaitResponse();
            // under load the response waits behind requests
            if (received() > before) return this.#awaitResponse();
            this.stop();
            onHang();
        });
    }
}
