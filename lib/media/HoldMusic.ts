import type { Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Log } from "../ports/Log.ts";
import type { Music } from "../sdp/Wish.ts";
import type { PlacedCall } from "./PlacedCall.ts";

/**
 * The music of the bridge for parties that are held. rtpengine reads the file, encodes it for the party, and plays it until it is
 * stopped. A file that it cannot play leaves the party in silence, and the call goes on.
 */
export class HoldMusic {
    readonly #file: string | undefined;
    readonly #log: Log;
    /** Reported once: every hold would say the same. */
    #failure: "none" | "reported" = "none";

    /** @param file a path on the machine of rtpengine; undefined for no music */
    constructor(file: string | undefined, log: Log) {
        this.#file = file;
        this.#log = log;
    }

    /** Whether held parties are played music. */
    get use(): Music {
        return this.#file === undefined ? "none" : "played";
    }

    /** Never rejects. */
    async play(call: PlacedCall, side: Side): Promise<void> {
        const file = this.#file;
        if (file === undefined) return;
        await this.#attempt(call, () => call.playTo(side, file));
    }

    /** Never rejects. */
    async stop(call: PlacedCall, side: Side): Promise<void> {
        await this.#attempt(call, () => call.stopPlayingTo(side));
    }

    async #attempt(call: PlacedCall, act: () => Promise<void>): Promise<void> {
        try {
            await act();
        } catch (error) {
            if (!(error instanceof CallFailure)) throw error;
            if (this.#failure === "reported") return;
            this.#failure = "reported";
            this.#log.warn("hold music not played", {
                file: this.#file,
                rtpengine: call.engine.name,
                error: error.message,
                hint: "rtpengine must be able to read the file calls.holdMusic on its own host",
            });
        }
    }
}
