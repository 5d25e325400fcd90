import type { Side, MediaTransport } from "../call/vocabulary.ts";
import { type Party, voiceSentBy } from "../sdp/Party.ts";
import type { PartyDescription } from "../sdp/PartyDescription.ts";
import type { SessionDescription } from "../sdp/sessionDescription.ts";
import type { Codec } from "../sdp/codecs.ts";
import { streamOf, voiceOf } from "../sdp/streams.ts";
import { codecDictionary } from "./codecDictionary.ts";
import { answerProfile, offerProfile, type Passage, withFeedback } from "./mediaProfiles.ts";
import type { NgDictionary } from "./ngProtocol.ts";
import type { CodecPolicy } from "./RtpengineOptions.ts";

/** A description on its way through rtpengine, with what rtpengine is to make of it. */
export interface Exchange {
    /** Whose description it is. */
    readonly by: Side;
    readonly description: SessionDescription;
    readonly passage: Passage;
    /** The `codec` entry, if this is an offer. */
    readonly codec: NgDictionary;
    /** Further flags for rtpengine. */
    readonly flags?: readonly string[];
}

/** The origin's first offer, for a target that has not spoken yet. */
export function firstOffer(origin: PartyDescription, towards: MediaTransport, codecs: CodecPolicy): Exchange {
    return {
        by: "origin",
        description: origin.description,
        passage: passageOf(origin, { from: origin.transport, towards }),
        codec: codecsFor(origin, towards, codecs),
    };
}

/**
 * A party's further offer, for a peer whose session description is known and stays as it is: it goes on as before, so that what it
 * sends has to be transcoded if the offer does without that.
 */
export function furtherOffer(by: Side, offer: PartyDescription, peer: Party, codecs: CodecPolicy): Exchange {
    const codec = codecsFor(offer, peer.said.transport, codecs, voiceSentBy(peer));
    return { ...forwardedOffer(by, offer, peer, codecs), codec };
}

/** A party's further offer, for a peer that is asked to answer it. */
export function forwardedOffer(by: Side, offer: PartyDescription, peer: Party, codecs: CodecPolicy): Exchange {
    const { transport } = peer.said;
    const { protocol } = voiceOf(peer.said);
    return {
        by,
        description: offer.description,
        passage: passageOf(offer, { from: offer.transport, towards: transport, protocol }),
        codec: codecsFor(offer, transport, codecs),
    };
}

/** rtpengine prepares to send digits of the bridge. */
export const INJECTS_DIGITS = "inject DTMF";

/** The same exchange, with which rtpengine prepares to send digits of the bridge (`EngineCall.pressKey`). */
export function withDigits({ flags = [], ...exchange }: Exchange): Exchange {
    return { ...exchange, flags: [...flags, INJECTS_DIGITS] };
}

/** What `by`, which speaks `kind`, says to `offer`. */
export function answerTo(
    offer: PartyDescription,
    by: Side,
    kind: MediaTransport,
    description: SessionDescription,
): Exchange {
    const { protocol } = voiceOf(offer);
    const passage = passageOf(offer, { from: kind, towards: offer.transport, protocol });
    return { by, description, passage, codec: {} };
}

/** For an ng `offer`. */
export function offerDictionary({ passage, codec }: Exchange): NgDictionary {
    return { ...offerProfile(passage), ...codec };
}

/** For an ng `answer`. */
export function answerDictionary({ passage }: Exchange): NgDictionary {
    return answerProfile(passage);
}

function codecsFor(offer: PartyDescription, towards: MediaTransport, policy: CodecPolicy, sent?: Codec): NgDictionary {
    const voice = voiceOf(offer);
    return codecDictionary({ from: offer.transport, towards, offered: voice, hasVideo: hasVideo(offer) }, policy, sent);
}

function hasVideo(offer: PartyDescription): boolean {
    return streamOf(offer, "video") !== undefined;
}

function passageOf(offer: PartyDescription, passage: Passage): Passage {
    return hasVideo(offer) ? withFeedback(passage) : passage;
}
