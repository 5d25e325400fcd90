import { LRUCache } from "lru-cache";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { IncomingRequest } from "../SipStack.ts";

/** Addresses whose requests are counted; the one that was seen longest ago is forgotten first. */
const MAX_ADDRESSES = 1_000;
/** Lines that are written in one period, so that a scan from many addresses does not fill the log. */
const MAX_LINES = 20;
const PERIOD_MS = 60_000;

/**
 * Logs requests from addresses that belong to no peer, trunk or phone: the first request of an address, then its 10th, 100th,
 * 1000th and so on.
 */
export class UnknownSenderLog {
    readonly #clock: Pick<Clock, "monotonic">;
    readonly #log: Log;
    readonly #counts = new LRUCache<string, number>({ max: MAX_ADDRESSES });
    #periodStart: number;
    #lines = 0;
    #skipped = 0;

    constructor(clock: Pick<Clock, "monotonic">, log: Log) {
        this.#clock = clock;
        this.#log = log;
        this.#periodStart = clock.monotonic();
    }

    note({ method, source, headers }: IncomingRequest, outcome: "dropped" | "rejected"): void {
        const count = (this.#counts.get(source.address) ?? 0) + 1;
        this.#counts.set(source.address, count);
        if (!Number.isInteger(Math.log10(count)) || !this.#hasRoom()) return;
        this.#log.info(MESSAGES[outcome], {
            address: source.address,
            transport: source.protocol,
            method,
            sipCallId: headers.get("call-id"),
            ...(count > 1 ? { count } : { hint: "a PBX or carrier needs an entry in sip.peers or trunks" }),
        });
    }

    #hasRoom(): boolean {
        const now = this.#clock.monotonic();
        if (now - this.#periodStart >= PERIOD_MS) {
            if (this.#skipped > 0) this.#log.info("unknown senders not logged", { lines: this.#skipped });
            this.#periodStart = now;
            this.#lines = 0;
            this.#skipped = 0;
        }
        const hasRoom = this.#lines < MAX_LINES;
        if (hasRoom) this.#lines += 1;
        else this.#skipped += 1;
        return hasRoom;
    }
}

const MESSAGES = {
    dropped: "request dropped: unknown sender",
    rejected: "request rejected: unknown sender",
} as const;
