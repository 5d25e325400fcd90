import { codecsOf, hasName, payloadsIn, payloadsOf, type Codec } from "./codecs.ts";
import { withVoice, type PartyDescription } from "./PartyDescription.ts";
import { DYNAMIC, renumbered } from "./payloadNumbers.ts";
import type { Section, SessionDescription } from "./sessionDescription.ts";
import { kindOf, voiceOf } from "./streams.ts";

/** The payload type of telephone events that most phones use, some whatever they are offered. */
const USUAL_PAYLOAD = 101;

/**
 * A browser's offer as a phone expects it: telephone events (RFC 4733) have the number they had before in this call, or 101.
 * Browsers name 126, and accept 101 in the answer; phones answer 101 even if they are offered 126, and rtpengine then takes
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

/** The payload type of telephone events in a description; undefined if it has none. */
export function eventsNumberIn({ media }: SessionDescription): number | undefined {
    const voice = media.find((section) => kindOf(section) === "audio");
    return voice && narrowEventsIn(voice)?.payload;
}

/**
 * A description with telephone events, for a party that does not have them, but receives digits in another way. Nothing changes if
 * it has them already.
 * @param payload their payload type; if left out, 101 or a free one. Nothing changes if another codec has it
 */
export function withEventsIn(description: SessionDescription, payload?: number): SessionDescription {
    const used = payloadsIn(description);
    const number = payload ?? [USUAL_PAYLOAD, ...DYNAMIC].find((free) => !used.includes(free));
    const at = description.media.findIndex((section) => kindOf(section) === "audio");
    const voice = description.media[at];
    if (voice === undefined || number === undefined || used.includes(number)) return description;
    return narrowEventsIn(voice) === undefined
        ? { ...description, media: description.media.with(at, withEvents(voice, number)) }
        : description;
}

function withEvents(voice: Section, payload: number): Section {
    return {
        ...voice,
        payloads: [...payloadsOf(voice), payload].join(" "),
        rtp: [...voice.rtp, { payload, codec: "telephone-event", rate: 8000 }],
        fmtp: [...voice.fmtp, { payload, config: "0-15" }],
    };
}

/** Telephone events at the clock rate of narrow-band voice, the rate that every phone has. */
function narrowEventsIn(section: Section): Codec | undefined {
    return codecsOf(section).find((codec) => hasName(codec, "telephone-event") && codec.rate === 8000);
}
