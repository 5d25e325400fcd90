import type { Log } from "../ports/Log.ts";
import { NgClient, type NgClientParts } from "./NgClient.ts";
import { NgFailure } from "./NgFailure.ts";
import type { NgCommand, NgDictionary } from "./ngProtocol.ts";
import type { NgAddress } from "./NgSocket.ts";

/** `full`: it answers, but had no resources left for the last call that it was offered. */
export type EngineHealth = "answering" | "full" | "silent";

/** `gone`: it has not answered for several probes, so that its calls have no media. `back`: it answers again. */
export type EngineChange = "gone" | "back";

/** One lost datagram, or a short pause of the process, is no reason to end calls. */
const PROBES_UNTIL_GONE = 3;

/** One rtpengine: how to ask it, whether it answers, and how many of our calls it has. */
export class Rtpengine {
    /** `host:port`, for logs. */
    readonly name: string;
    /** Whether it reports DTMF digits to this bridge (`testDigitReports`). */
    reportsDigits = false;
    readonly #client: NgClient;
    readonly #log: Log;
    readonly #watchers = new Set<(change: EngineChange) => void>();
    #health: EngineHealth = "answering";
    #calls = 0;
    /** In a row. */
    #missedProbes = 0;
    #probe: "idle" | "waiting" = "idle";

    constructor(address: NgAddress, parts: NgClientParts, log: Log) {
        this.name = `${address.host}:${address.port}`;
        this.#client = new NgClient(address, parts);
        this.#log = log.child({ rtpengine: this.name });
    }

    get health(): EngineHealth {
        return this.#health;
    }

    /** Calls taken by `addCall` and not given back. */
    get calls(): number {
        return this.#calls;
    }

    addCall(): void {
        this.#calls += 1;
    }

    /** `ended`: a call that the engine took, whose ports are free again. `failed`: one that it did not take. */
    removeCall(because: "ended" | "failed"): void {
        this.#calls -= 1;
        if (because === "ended" && this.#health === "full") this.#health = "answering";
    }

    /** As `NgClient.request`; what comes of it also tells whether the engine is there. @throws NgFailure */
    async request(command: NgCommand, dictionary?: NgDictionary): Promise<Readonly<Record<string, unknown>>> {
        try {
            const body = await this.#client.request(command, dictionary);
            this.#heard();
            if (command === "offer") this.#health = "answering";
            return body;
        } catch (error) {
            if (error instanceof NgFailure) this.#learnFrom(error);
            throw error;
        }
    }

    /** Calls `listener` when the engine is gone, and when it answers again. The returned function ends that. */
    watch(listener: (change: EngineChange) => void): () => void {
        this.#watchers.add(listener);
        return () => this.#watchers.delete(listener);
    }

    /** Asks whether it is there. Never rejects: `health` tells. An engine that does not answer is asked again without a pause. */
    async probe(): Promise<void> {
        if (this.#probe === "waiting") return;
        this.#probe = "waiting";
        await this.request("ping").catch(() => undefined);
        this.#probe = "idle";
        if (this.#health !== "silent") return;
        this.#missedProbes += 1;
        if (this.#missedProbes === PROBES_UNTIL_GONE) this.#tell("gone");
        if (this.#missedProbes < PROBES_UNTIL_GONE) void this.probe();
    }

    close(): void {
        this.#client.close();
    }

    #learnFrom(failure: NgFailure): void {
        switch (failure.kind) {
            case "timeout":
                if (this.#health === "silent") return;
                this.#log.warn("rtpengine does not answer");
                this.#health = "silent";
                // its calls must not wait for the next probe
                void this.probe();
                return;
            case "refused":
            case "loadLimit":
                this.#heard();
                if (failure.meansExhausted) this.#health = "full";
                return;
            case "closed":
                return;
        }
    }

    #heard(): void {
        if (this.#health !== "silent") return;
        this.#log.info("rtpengine answers again");
        this.#health = "answering";
        this.#missedProbes = 0;
        this.#tell("back");
    }

    #tell(change: EngineChange): void {
        for (const watcher of [...this.#watchers]) watcher(change);
    }
}
