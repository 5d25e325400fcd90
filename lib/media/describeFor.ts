import type { MediaTransport, Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { PartyDescription } from "../sdp/PartyDescription.ts";
import { type EstablishedSession, present } from "../sdp/presentation.ts";
import { nextDescription, type SentDescription } from "../sdp/SentDescription.ts";
import type { Direction, SessionDescription } from "../sdp/sessionDescription.ts";

/** Whom a description is for. */
export interface Recipient {
    readonly side: Side;
    /** Used if the party has not spoken yet. */
    readonly transport: MediaTransport;
    /** In the `o=` lines. */
    readonly sessionId: number;
}

/** The session of a party that has spoken, whose streams the description has to keep. */
export interface Session extends EstablishedSession {
    readonly said: PartyDescription;
    /** The description that it received before. */
    readonly before?: SentDescription | undefined;
    /** Of the voice, if it is not as rtpengine says: by what both parties want. */
    readonly direction?: Direction;
}

/**
 * rtpengine's description in the form that a party needs. `session`: left out in the first offer to it.
 * @throws CallFailure `noCommonMedia` if rtpengine's description lacks something
 */
export function describeFor(
    { side, transport, sessionId }: Recipient,
    said: SessionDescription,
    session?: Session,
): SentDescription {
    const previous = session?.before;
    const presentation = present(inDirection(said, session), session?.said.transport ?? transport, session);
    if (presentation.kind === "presentable") return nextDescription(sessionId, presentation, previous);
    const lacking = presentation.lacking.join(", ");
    throw new CallFailure("noCommonMedia", `rtpengine's description for the ${side} lacks: ${lacking}`);
}

function inDirection(said: SessionDescription, session: Session | undefined): SessionDescription {
    const [voice, ...others] = said.media;
    const direction = session?.direction;
    return voice === undefined || direction === undefined
        ? said
        : { ...said, media: [{ ...voice, direction }, ...others] };
}
