import { codecsOf, hasName, type Codec } from "./codecs.ts";
import { withVoice, type PartyDescription } from "./PartyDescription.ts";
import { renumbered } from "./payloadNumbers.ts";
import type { Section } from "./sessionDescription.ts";
import { voiceOf } from "./streams.ts";

/** The payload type of telephone events that most phones use, some whatever they are offered. */
const USUAL_PAYLOAD = 101;

/**
 * A browser's offer as a phone expects it: telephone events (RFC 4733) have the number they had before in this call, or 101.
 * Browsers name 126, and accept 101 in the answer; phones answer 101 even if they are offered 126, upon which rtpengine takes
 * the events out of the call. Nothing changes if another codec has the number.
 * @param before what the browser was told last
 */
export function withUsualDigits(offer: PartyDescription, before: Section | undefined): PartyDescription {
    const events = narrowEventsIn(voiceOf(offer));
    const usual = (before === undefined ? undefined : narrowEventsIn(before)?.payload) ?? USUAL_PAYLOAD;
    if (events === undefined || events.payload === usual || offer.payloadsInUse.includes(usual)) return offer;
    return withVoice(offer, renumbered(voiceOf(offer), new Map([[events.payload, usual]])));
}

/**
 * A phone's answer with the number that telephone events had in the offer to it. RFC 3264, section 6.1, lets the answer name
 * another one, but rtpengine takes the events out of the call then.
 */
export function withOfferedDigits(answer: PartyDescription, offered: Section): PartyDescription {
    const [ours, theirs] = [narrowEventsIn(offered), narrowEventsIn(voiceOf(answer))];
    if (ours === undefined || theirs === undefined || ours.payload === theirs.payload) return answer;
    if (codecsOf(voiceOf(answer)).some(({ payload }) => payload === ours.payload)) return answer;
    return withVoice(answer, renumbered(voiceOf(answer), new Map([[theirs.payload, ours.payload]])));
}

/** Telephone events at the clock rate of narrow-band voice, the rate that every phone has. */
function narrowEventsIn(section: Section): Codec | undefined {
    return codecsOf(section).find((codec) => hasName(codec, "telephone-event") && codec.rate === 8000);
}
