import type { Sdp } from "../call/vocabulary.ts";

/** An audio endpoint in the bridge: sends a tone that no telephone network sends, and measures what comes back. */
export interface TestTone {
    /** Its offer, for plain RTP. */
    readonly offer: Sdp;
    /** Starts to send to the address in the answer. Throws a `CallFailure` if the answer has no usable audio. */
    start(answer: Sdp): void;
    /** What came back so far. */
    heard(): HeardAudio;
    /** Closes its port. Safe to call twice. */
    close(): void;
}

export interface HeardAudio {
    readonly packets: number;
    /** Packets of 20 ms that were not silent. */
    readonly audiblePackets: number;
    /** Whether the test tone came back. */
    readonly tone: "returned" | "missing";
}

/** Opens the port of a test tone. Rejects with an error of the system. */
export type OpenTestTone = () => Promise<TestTone>;
