import type { MediaTransport, Side } from "../call/vocabulary.ts";
import type { MediaRequest } from "../ports/MediaProxy.ts";
import type { VideoPolicy } from "../sdp/PartyDescription.ts";
import { videoPolicyOf } from "./videoPolicy.ts";

/** Of most calls. */
const NONE: ReadonlySet<Side> = new Set();

/** How the two sides of a media session are reached: as requested, or as plain RTP once another call has taken the place of a party. */
export class SessionSides {
    readonly #request: MediaRequest;
    readonly #canSplit: boolean;
    #linked: ReadonlySet<Side>;

    /**
     * @param canSplit whether every rtpengine is on this host
     * @param linked the sides that other calls have already
     */
    constructor(request: MediaRequest, canSplit: boolean, linked: ReadonlySet<Side> = NONE) {
        this.#request = request;
        this.#canSplit = canSplit;
        this.#linked = linked;
    }

    /** The sides that other calls have. */
    get linked(): ReadonlySet<Side> {
        return this.#linked;
    }

    get video(): VideoPolicy {
        const transports = { origin: this.transportOf("origin"), target: this.transportOf("target") };
        return videoPolicyOf(this.#request, transports, this.#canSplit);
    }

    transportOf(side: Side): MediaTransport {
        return this.#linked.has(side) ? "rtp" : this.#request.transports[side];
    }

    /** Another call has this side from now on. */
    link(side: Side): void {
        this.#linked = new Set([...this.#linked, side]);
    }
}
