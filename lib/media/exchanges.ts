import type { Side, MediaTransport } from "../call/vocabulary.ts";
import { codecDictionary } from "./codecDictionary.ts";
import type { Exchange } from "./EngineCall.ts";
import { answerProfile, offerProfile } from "./mediaProfiles.ts";
import type { NgDictionary } from "./ngProtocol.ts";
import type { RtpengineOptions } from "./RtpengineOptions.ts";
import { type Party, voiceSentBy } from "../sdp/Party.ts";
import type { PartyDescription } from "../sdp/PartyDescription.ts";
import type { SessionDescription } from "../sdp/sessionDescription.ts";
import { voiceOf } from "../sdp/streams.ts";

type Choices = Pick<RtpengineOptions, "codecs" | "interfaces">;

/** The origin's first offer, for a target that has not spoken yet. */
export function firstOffer(origin: PartyDescription, towards: MediaTransport, choices: Choices): Exchange {
    return {
        by: "origin",
        description: origin.description,
        dictionary: {
            ...offerProfile({ from: origin.transport, towards }),
            ...codecDictionary(origin.transport, towards, voiceOf(origin), choices.codecs),
            ...networks(origin.transport, towards, choices),
        },
    };
}

/**
 * A party's further offer, for a peer whose last word is known, and who is not asked: it goes on as before, so that what it
 * sends has to be transcoded if the offer does without that.
 */
export function furtherOffer(by: Side, offer: PartyDescription, peer: Party, choices: Choices): Exchange {
    const { transport } = peer.said;
    const { protocol } = voiceOf(peer.said);
    return {
        by,
        description: offer.description,
        dictionary: {
            ...offerProfile({ from: offer.transport, towards: transport, protocol }),
            ...codecDictionary(offer.transport, transport, voiceOf(offer), choices.codecs, voiceSentBy(peer)),
        },
    };
}

/** A party's further offer, for a peer that is asked to answer it. */
export function forwardedOffer(by: Side, offer: PartyDescription, peer: Party, choices: Choices): Exchange {
    const { transport } = peer.said;
    const { protocol } = voiceOf(peer.said);
    return {
        by,
        description: offer.description,
        dictionary: {
            ...offerProfile({ from: offer.transport, towards: transport, protocol }),
            ...codecDictionary(offer.transport, transport, voiceOf(offer), choices.codecs),
        },
    };
}

/** The same exchange, with which rtpengine prepares to send digits of the bridge (`EngineCall.pressKey`). */
export function withDigits({ dictionary, ...exchange }: Exchange): Exchange {
    const flags = Array.isArray(dictionary["flags"]) ? (dictionary["flags"] as readonly string[]) : [];
    return { ...exchange, dictionary: { ...dictionary, flags: [...flags, "inject DTMF"] } };
}

/** What `by`, which speaks `kind`, says to `offer`. */
export function answerTo(
    offer: PartyDescription,
    by: Side,
    kind: MediaTransport,
    description: SessionDescription,
): Exchange {
    const dictionary = answerProfile({ from: kind, towards: offer.transport, protocol: voiceOf(offer).protocol });
    return { by, description, dictionary };
}

/** Which of the engine's networks faces whom: settled by the first offer. */
function networks(from: MediaTransport, towards: MediaTransport, { interfaces }: Choices): NgDictionary {
    if (interfaces === undefined) return {};
    const facing = (kind: MediaTransport): string => (kind === "webrtc" ? interfaces.webrtc : interfaces.sip);
    return { direction: [facing(from), facing(towards)] };
}
