import type { Sdp } from "../call/vocabulary.ts";
import { type Codec, codecsOf, hasName, isSameCodec, isStatic, carriesMedia, withCodecs } from "./codecs.ts";
import { parseDescription, type Section, type SessionDescription, writeDescription } from "./sessionDescription.ts";

/**
 * Reduces the offers of two calls that are joined to one voice format that both have under the same number, so that each can
 * be the answer to the other. Digits are kept if both calls number them alike. Undefined if they share no voice format. Pure.
 */
export function agreeOnLink(first: Sdp, second: Sdp): readonly [Sdp, Sdp] | undefined {
    const [one, other] = [parseDescription(first), parseDescription(second)];
    const [ofOne] = one?.media ?? [];
    const [ofOther] = other?.media ?? [];
    if (one === undefined || other === undefined || ofOne === undefined || ofOther === undefined) return undefined;
    const shared = codecsOf(ofOne).filter((codec) => codecsOf(ofOther).some((each) => isAlike(codec, each)));
    // a format with a fixed number is known to be what it says; others can differ in their parameters
    const voice = shared.find((codec) => carriesMedia(codec) && isStatic(codec)) ?? shared.find(carriesMedia);
    if (voice === undefined) return undefined;
    const isKept = (codec: Codec): boolean =>
        isAlike(codec, voice) || (hasName(codec, "telephone-event") && shared.some((each) => isAlike(codec, each)));
    return [reduced(one, ofOne, isKept), reduced(other, ofOther, isKept)];
}

function isAlike(one: Codec, other: Codec): boolean {
    return one.payload === other.payload && isSameCodec(one, other);
}

function reduced(whole: SessionDescription, section: Section, isKept: (codec: Codec) => boolean): Sdp {
    return writeDescription({ ...whole, media: [withCodecs(section, isKept)] });
}
