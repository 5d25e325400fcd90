import { randomUUID } from "node:crypto";
import type { Clock } from "../ports/Clock.ts";
import { NgFailure } from "./NgFailure.ts";
import { decodeNgReply, encodeNgRequest, type NgCommand, type NgDictionary, type NgReply } from "./ngProtocol.ts";
import type { NgAddress, NgSocket, OpenNgSocket } from "./NgSocket.ts";

/** The first repetition comes after this many ms, each further one after twice the wait of the one before. */
const FIRST_REPEAT_MS = 200;

export interface NgClientParts {
    readonly openSocket: OpenNgSocket;
    readonly clock: Clock;
    /** How long a request may take in all, in ms. */
    readonly timeoutMs: number;
}

/** Asks one engine. Requests may overlap. */
export class NgClient {
    readonly #parts: NgClientParts;
    readonly #socket: NgSocket;
    readonly #pending = new Map<string, (outcome: NgReply | NgFailure) => void>();
    #state: "open" | "closed" = "open";

    constructor(address: NgAddress, parts: NgClientParts) {
        this.#parts = parts;
        this.#socket = parts.openSocket(address, (datagram) => this.#take(datagram));
    }

    /**
     * The body of the engine's reply. The request is repeated with the same cookie, by which the engine tells a
     * repetition from a new request and answers it without acting twice.
     * @throws NgFailure
     */
    async request(command: NgCommand, dictionary: NgDictionary = {}): Promise<Readonly<Record<string, unknown>>> {
        // it must not be guessable, because it alone ties a reply to its request
        const cookie = randomUUID();
        const outcome = await this.#exchange(cookie, encodeNgRequest(cookie, command, dictionary));
        if (outcome instanceof NgFailure) throw outcome;
        switch (outcome.kind) {
            case "ok":
                return outcome.body;
            case "error":
                throw new NgFailure("refused", outcome.reason);
            case "loadLimit":
                throw new NgFailure("loadLimit", "the engine takes no new call now");
        }
    }

    /** Gives up what is under way. Later requests fail immediately. */
    close(): void {
        this.#socket.close();
        this.#state = "closed";
        for (const settle of [...this.#pending.values()]) settle(new NgFailure("closed", "the client is closed"));
    }

    async #exchange(cookie: string, datagram: Uint8Array): Promise<NgReply | NgFailure> {
        if (this.#state === "closed") return new NgFailure("closed", "the client is closed");
        const { clock, timeoutMs } = this.#parts;
        return await new Promise((resolve) => {
            let stopRepeat = (): void => undefined;
            const send = (nextAfterMs: number): void => {
                stopRepeat = clock.startTimer(nextAfterMs, () => send(2 * nextAfterMs));
                this.#socket.send(datagram);
            };
            const settle = (outcome: NgReply | NgFailure): void => {
                this.#pending.delete(cookie);
                stopRepeat();
                stopTimeout();
                resolve(outcome);
            };
            const stopTimeout = clock.startTimer(timeoutMs, () =>
                settle(new NgFailure("timeout", `no reply within ${timeoutMs} ms`)),
            );
            this.#pending.set(cookie, settle);
            send(FIRST_REPEAT_MS);
        });
    }

    #take(datagram: Uint8Array): void {
        const decoded = decodeNgReply(datagram);
        if (decoded !== undefined) this.#pending.get(decoded.cookie)?.(decoded.reply);
    }
}
