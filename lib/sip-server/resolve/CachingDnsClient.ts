import type { Clock } from "../Clock.ts";
import type { DnsAnswer, DnsClient, NaptrRecord, SrvRecord } from "./DnsClient.ts";

/** How long and how much is remembered. Node does not report the times to live of the records, so these are used instead. */
export interface DnsCacheOptions {
    readonly clock: Clock;
    /** Life of records found, in ms. */
    readonly foundMs: number;
    /** Life of "there is none" and of failures, in ms. */
    readonly missingMs: number;
    /** Answers remembered; beyond it the oldest goes. Also the limit of questions open at a time. */
    readonly maxAnswers: number;
}

interface Remembered<Record> {
    readonly answer: Promise<DnsAnswer<Record>>;
    /** Undefined while the question is open. */
    validUntil: number | undefined;
}

/** Sends each query once within the lifetime of its answer. The same query in the meantime waits for the same answer. */
export class CachingDnsClient implements DnsClient {
    readonly #client: DnsClient;
    readonly #options: DnsCacheOptions;
    readonly #naptr = new Map<string, Remembered<NaptrRecord>>();
    readonly #srv = new Map<string, Remembered<SrvRecord>>();
    readonly #addresses = new Map<string, Remembered<string>>();

    constructor(client: DnsClient, options: DnsCacheOptions) {
        this.#client = client;
        this.#options = options;
    }

    naptr(name: string): Promise<DnsAnswer<NaptrRecord>> {
        return this.#ask(this.#naptr, name, () => this.#client.naptr(name));
    }

    srv(name: string): Promise<DnsAnswer<SrvRecord>> {
        return this.#ask(this.#srv, name, () => this.#client.srv(name));
    }

    addresses(name: string): Promise<DnsAnswer<string>> {
        return this.#ask(this.#addresses, name, () => this.#client.addresses(name));
    }

    #ask<Record>(
        known: Map<string, Remembered<Record>>,
        name: string,
        question: () => Promise<DnsAnswer<Record>>,
    ): Promise<DnsAnswer<Record>> {
        const { clock, foundMs, missingMs, maxAnswers } = this.#options;
        const before = known.get(name);
        if (before !== undefined && (before.validUntil === undefined || clock.now() < before.validUntil)) {
            return before.answer;
        }
        const [oldest] = known.keys();
        if (before === undefined && known.size >= maxAnswers && oldest !== undefined) {
            if (known.get(oldest)?.validUntil === undefined) {
                return Promise.resolve({ kind: "failed", reason: "too many questions open" });
            }
            known.delete(oldest);
        }
        known.delete(name);
        const remembered: Remembered<Record> = { answer: question(), validUntil: undefined };
        known.set(name, remembered);
        void remembered.answer.then(({ kind }) => {
            remembered.validUntil = clock.now() + (kind === "found" ? foundMs : missingMs);
        });
        return remembered.answer;
    }
}
