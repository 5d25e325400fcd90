import type { Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { CandidateFeed } from "./CandidateFeed.ts";
import type { MediaSessionParts } from "./MediaSessionParts.ts";
import { exchangeAlone, type Up } from "./sessionExchanges.ts";

/**
 * Tells the engine of candidates that came after their description, by repeating that with them in it: the engine's
 * own way, `fragment`, makes rtpengine 10.5 think that the party's address is now zero, so that it is sent
 * nothing more. Not done once the engine hears the party: a path is found then.
 */
export async function passOnCandidates(
    up: Up,
    side: Side,
    feed: CandidateFeed,
    { options, log }: Pick<MediaSessionParts, "options" | "log">,
): Promise<void> {
    if (up.pending !== undefined) return;
    const { said: known, wish } = up.parties[side];
    const said = feed.news(side, known);
    if (said === undefined) return;
    try {
        const packets = await up.call.countPackets();
        if (packets[side] === 0) await exchangeAlone(up, side, { said, wish }, options);
    } catch (error) {
        // without them the browser still reaches the engine: its checks are candidates too
        if (!(error instanceof CallFailure)) throw error;
        log.warn("candidates not accepted by rtpengine", { side, error: error.message });
    }
}
