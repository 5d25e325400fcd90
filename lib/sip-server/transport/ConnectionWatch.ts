import type { CancelTimer, Clock } from "../Clock.ts";

/** Times of one connection, in ms; see TransportOptions. */
export interface ConnectionTimes {
    readonly firstMessageTimeoutMs: number;
    readonly messageTimeoutMs: number;
    readonly idleTimeoutMs: number;
}

/** What a connection is waiting for, and since when it has been. */
type Waiting =
    | { readonly for: "firstMessage"; readonly since: number }
    | { readonly for: "restOfMessage"; readonly since: number }
    | { readonly for: "anything"; readonly since: number };

/** Notices connections that never speak, that never finish a message (slow-loris), and that have fallen silent. One timer each. */
export class ConnectionWatch {
    readonly #clock: Clock;
    readonly #times: ConnectionTimes;
    readonly #onExpired: (reason: "slowMessage" | "idle") => void;
    #waiting: Waiting;
    #cancel: CancelTimer;

    /** `fresh` for incoming connections: they owe us a first message. */
    constructor(
        clock: Clock,
        times: ConnectionTimes,
        fresh: boolean,
        onExpired: (reason: "slowMessage" | "idle") => void,
    ) {
        this.#clock = clock;
        this.#times = times;
        this.#onExpired = onExpired;
        this.#waiting = { for: fresh ? "firstMessage" : "anything", since: clock.now() };
        this.#cancel = this.#arm();
    }

    /** Call it after each chunk, with whether a message (or ping) was completed, and whether another has begun. */
    received(completed: boolean, partial: boolean): void {
        const before = this.#waiting;
        const now = this.#clock.now();
        if (!completed && before.for !== "anything") return;
        this.#waiting = { for: partial ? "restOfMessage" : "anything", since: now };
        // A silence that starts again needs no new timer: the old one checks again when it fires.
        if (before.for === "anything" && !partial) return;
        this.#cancel();
        this.#cancel = this.#arm();
    }

    /** Call it when the connection is closed. */
    stop(): void {
        this.#cancel();
    }

    #arm(): CancelTimer {
        const due = this.#waiting.since + this.#timeout() - this.#clock.now();
        return this.#clock.setTimer(Math.max(0, due), () => {
            if (this.#clock.now() - this.#waiting.since < this.#timeout()) this.#cancel = this.#arm();
            else this.#onExpired(this.#waiting.for === "anything" ? "idle" : "slowMessage");
        });
    }

    #timeout(): number {
        switch (this.#waiting.for) {
            case "firstMessage":
                return this.#times.firstMessageTimeoutMs;
            case "restOfMessage":
                return this.#times.messageTimeoutMs;
            case "anything":
                return this.#times.idleTimeoutMs;
        }
    }
}
