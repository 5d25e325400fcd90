import type { Sdp } from "../call/vocabulary.ts";
import { isRejected } from "./rejection.ts";
import { parseDescription, type Section, writeDescription } from "./sessionDescription.ts";

/**
 * The offer to a party that asks for one (a re-INVITE without SDP): its session as it is, without any hold. It is the bridge's
 * own wish, not the answer to the last hold (RFC 6337, section 5.1): a phone resumes in this way as well. The version rises if
 * anything changed (RFC 3264, section 8).
 */
export function lateOffer(last: Sdp): Sdp {
    const description = parseDescription(last);
    if (description === undefined) return last;
    const { origin, direction: common = "sendrecv" } = description;
    const isHeld = (section: Section): boolean => !isRejected(section) && (section.direction ?? common) !== "sendrecv";
    if (!description.media.some(isHeld)) return last;
    return writeDescription({
        ...description,
        origin: { ...origin, sessionVersion: origin.sessionVersion + 1 },
        media: description.media.map((section) =>
            isRejected(section) ? section : { ...section, direction: "sendrecv" },
        ),
    });
}
