import type { MediaRequest } from "../ports/MediaProxy.ts";
import type { VideoPolicy } from "../sdp/PartyDescription.ts";

/**
 * Whether a session carries video: if the request permits it, and there is no need for a splitter that rtpengine cannot reach.
 * One is needed between a browser and a phone. `canSplit`: whether every rtpengine is on this host.
 */
export function videoPolicyOf(
    { video }: MediaRequest,
    { origin, target }: MediaRequest["transports"],
    canSplit: boolean,
): VideoPolicy {
    const isSplit = (origin === "webrtc") !== (target === "webrtc");
    return video === "permitted" && (!isSplit || canSplit) ? "carried" : "rejected";
}
