import type { MediaTransport, Side } from "../call/vocabulary.ts";
import { type Codec, codecsOf, hasCodec, isSameCodec, isStatic, carriesMedia, withCodecs } from "./codecs.ts";
import { meet, mirrored } from "./direction.ts";
import type { PartyDescription } from "./PartyDescription.ts";
import { rejected } from "./rejection.ts";
import type { SentDescription } from "./SentDescription.ts";
import type { Direction, Section, SessionDescription } from "./sessionDescription.ts";
import { counterpartOf, voiceOf, type WithStreams } from "./streams.ts";
import { directionFor, type Music, type Wish } from "./Wish.ts";

/** What a party says of its media, and how it wants its voice to flow. */
export interface Statement {
    readonly said: PartyDescription;
    readonly wish: Wish;
}

/** A party of a call that is up: what it said last, and what it was told last. */
export interface Party extends Statement {
    readonly told: SentDescription;
}

/** Both parties of a call. */
export type Parties = Readonly<Record<Side, Party>>;

/** The direction in which a party offers, or answers, its voice. */
export function directionIn(description: WithStreams): Direction {
    return voiceOf(description).direction ?? "sendrecv";
}

/** The direction in which a party's offer is answered, by the wish of the other one. */
export function answerDirection(offer: WithStreams, other: Wish, music: Music): Direction {
    return meet(mirrored(directionIn(offer)), directionFor(other, music));
}

/** Whether an offer still has a voice format that it and the bridge have agreed on. */
export function keepsACodec(party: Party, offer: WithStreams): boolean {
    return sharesVoice(agreedVoice(party), voiceOf(offer));
}

/** How a party sends: nothing (`mute`) while it or the bridge holds, but a browser that listens reports what it receives (`reports`). */
export type Flow = MediaTransport | "reports" | "mute";

export function flowOf(party: Party): Flow {
    const { direction } = voiceOf(party.said);
    if (direction === "sendrecv") return party.said.transport;
    return direction === "recvonly" && party.said.transport === "webrtc" ? "reports" : "mute";
}

/**
 * What a party would answer to `offered`, the streams of the engine's offer to it, going by what it said last: so that an
 * exchange with the other party can be completed without this one hearing of it. Undefined if it could not accept. A stream
 * that it does not have, or with no common codec, is rejected; its voice cannot be.
 *
 * Its hold stays. Its formats are those it agreed on, for it knows of no others.
 */
export function standInAnswer(party: Party, offered: readonly Section[], music: Music): SessionDescription | undefined {
    const [voice, ...others] = offered;
    const agreement = voice === undefined ? undefined : standInStream(party, agreedVoice(party), voice);
    if (voice === undefined || agreement === undefined) return undefined;
    const voiceAnswer = { ...agreement, direction: answerDirection({ streams: [voice] }, party.wish, music) };
    const media = others.map((stream) => {
        const agreed = agreedStream(party, stream);
        return (agreed === undefined ? undefined : standInStream(party, agreed, stream)) ?? rejected(stream);
    });
    return { ...party.said.description, media: [voiceAnswer, ...media] };
}

function standInStream({ said }: Party, agreed: Section, offered: Section): Section | undefined {
    const section = withCodecs(agreed, (codec) => codecsOf(offered).some((other) => isSameCodec(codec, other)));
    if (!codecsOf(section).some(carriesMedia)) return undefined;
    const hasKeys = said.transport === "srtp" || said.transport === "srtp-optional";
    const crypto = hasKeys ? acceptedCrypto(section, offered) : undefined;
    if (hasKeys && crypto === undefined) return undefined;
    return {
        ...section,
        direction: mirrored(offered.direction ?? "sendrecv"),
        ...(offered.mid === undefined ? {} : { mid: offered.mid }),
        // towards browsers the engine is always the passive one
        ...(section.setup === "actpass" ? { setup: "active" } : {}),
        ...(crypto === undefined ? {} : { crypto }),
    };
}

/** The voice format it sends: the first that it was told and knows (RFC 3264, section 6.1), by the number it was told. */
export function voiceSentBy({ said, told }: Party): Codec | undefined {
    return codecsOf(voiceOf(told)).find((codec) => carriesMedia(codec) && hasCodec(voiceOf(said), codec));
}

/**
 * Whether a party that is not told of `offer` can be heard by who made it: what it sends is in there, or can be transcoded.
 * The engine gives formats that it adds to an offer numbers of its own, so that is left to those with a fixed one.
 */
export function isHeardBy(party: Party, offer: WithStreams): boolean {
    const sent = voiceSentBy(party);
    return sent === undefined || hasCodec(voiceOf(offer), sent) || isStatic(sent);
}

function agreedVoice({ said, told }: Party): Section {
    return agreedOn(voiceOf(said), voiceOf(told));
}

/** The party's stream of the offered kind, if both it and the bridge have it. */
function agreedStream({ said, told }: Party, offered: Section): Section | undefined {
    const [own, known] = [counterpartOf(said, offered), counterpartOf(told, offered)];
    return own === undefined || known === undefined ? undefined : agreedOn(own, known);
}

function agreedOn(said: Section, told: Section): Section {
    const known = codecsOf(told);
    return withCodecs(said, (codec) => known.some((other) => isSameCodec(codec, other)));
}

function sharesVoice(one: Section, other: Section): boolean {
    const voices = codecsOf(one).filter(carriesMedia);
    return codecsOf(other).some((codec) => voices.some((voice) => isSameCodec(voice, codec)));
}

/** The party's key for the first suite that both name, under the offer's tag (RFC 4568 section 5.1.2). */
function acceptedCrypto(section: Section, offered: Section): Section["crypto"] {
    for (const own of section.crypto ?? []) {
        const match = offered.crypto?.find((other) => other.suite === own.suite);
        if (match !== undefined) return [{ ...own, id: match.id }];
    }
    return undefined;
}
