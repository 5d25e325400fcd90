import type { Sdp, Side } from "../../lib/call/vocabulary.ts";
import type { MediaSession } from "../../lib/ports/MediaProxy.ts";

/** Has the media proxy answer a party's new offer without the other party; the answer. */
export async function changeAlone(session: MediaSession, side: Side, sdp: Sdp): Promise<Sdp> {
    return (await session.proposeChange(side, sdp, "unaskable")).sdp;
}
