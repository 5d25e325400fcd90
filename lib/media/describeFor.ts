import type { MediaTransport, Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { PartyDescription } from "../sdp/PartyDescription.ts";
import { present } from "../sdp/presentation.ts";
import { nextDescription, type SentDescription } from "../sdp/SentDescription.ts";
import type { SessionDescription } from "../sdp/sessionDescription.ts";

/** Whom a description is for. */
export interface Recipient {
    readonly side: Side;
    /** Used if the party has not spoken yet. */
    readonly transport: MediaTransport;
    /** In the `o=` lines. */
    readonly sessionId: number;
}

/**
 * rtpengine's description in the form that a party needs. `session`: what the party said last, whose streams the description
 * has to keep; its offer, if this is the answer to it. `previous`: the description that it received before.
 * @throws CallFailure `noCommonMedia` if rtpengine's description lacks something
 */
export function describeFor(
    { side, transport, sessionId }: Recipient,
    said: SessionDescription,
    session: PartyDescription | undefined,
    previous?: SentDescription,
): SentDescription {
    const presentation = present(said, session?.transport ?? transport, session);
    if (presentation.kind === "presentable") return nextDescription(sessionId, presentation, previous);
    const lacking = presentation.lacking.join(", ");
    throw new CallFailure("noCommonMedia", `rtpengine's description for the ${side} lacks: ${lacking}`);
}
