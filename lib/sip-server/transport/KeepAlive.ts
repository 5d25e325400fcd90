import type { CancelTimer, Clock } from "../Clock.ts";

/** A double CRLF is answered by a single one (RFC 5626 3.5.1). */
export const ping = Buffer.from("\r\n\r\n");
export const pong = Buffer.from("\r\n");

/** Times of keeping connections alive, in ms; see TransportOptions. */
export interface KeepAliveTimes {
    readonly keepAliveMs: number;
    readonly pongTimeoutMs: number;
}

/**
 * Keeps a connection that we opened from being forgotten by NATs on the way, and notices when it is dead (RFC 5626 3.5.1
 * and 4.4.1): sends a ping now and then. Who has answered one has to answer all; others do not know pings.
 */
export class KeepAlive {
    readonly #clock: Clock;
    readonly #times: KeepAliveTimes;
    readonly #ping: () => void;
    readonly #onDead: () => void;
    readonly #chance: () => number;
    #peerAnswers = false;
    #awaited: "nothing" | "pong" = "nothing";
    #cancel: CancelTimer;

    /** `chance` gives a number from 0 to 1. */
    constructor(
        clock: Clock,
        times: KeepAliveTimes,
        ping: () => void,
        onDead: () => void,
        chance: () => number = Math.random,
    ) {
        this.#clock = clock;
        this.#times = times;
        this.#ping = ping;
        this.#onDead = onDead;
        this.#chance = chance;
        this.#cancel = this.#wait();
    }

    /** Call it for everything that arrives, with whether it was a pong. */
    received(pong: boolean): void {
        if (pong && this.#awaited === "pong") this.#peerAnswers = true;
        this.#awaited = "nothing";
    }

    /** Call it when the connection is closed. */
    stop(): void {
        this.#cancel();
    }

    /** By chance between four fifths of the time and all of it, so that not all connections ping at the same time. */
    #wait(): CancelTimer {
        return this.#clock.setTimer(this.#times.keepAliveMs * (0.8 + 0.2 * this.#chance()), () => {
            this.#awaited = "pong";
            this.#ping();
            this.#cancel = this.#clock.setTimer(this.#times.pongTimeoutMs, () => {
                if (this.#awaited === "pong" && this.#peerAnswers) return this.#onDead();
                this.#cancel = this.#wait();
            });
        });
    }
}
