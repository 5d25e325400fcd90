/** How the bridge stops: connected calls go on with its next start, or every call ends. */
export type StopMode = "handOver" | "endCalls";

/** What parts of the bridge must know of each other so that connected calls outlive it. */
export class Survival {
    /** Name by which the SIP server keeps the calls of this installation. */
    readonly resumeName: string;
    #mode: StopMode = "handOver";
    #kept: number | undefined;

    constructor(resumeName: string) {
        this.resumeName = resumeName;
    }

    /** A later wish to end calls counts as long as they have not been handed over. */
    get mode(): StopMode {
        return this.#mode;
    }

    setMode(mode: StopMode): void {
        this.#mode = mode;
    }

    /** Whether calls were handed over, so that the SIP server and rtpengine have to keep them. */
    get callsGoOn(): boolean {
        return (this.#kept ?? 0) > 0;
    }

    /** Whether it is settled which calls go on. */
    get isDecided(): boolean {
        return this.#kept !== undefined;
    }

    handedOver(calls: number): void {
        this.#kept = calls;
    }
}
