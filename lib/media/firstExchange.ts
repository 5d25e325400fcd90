import type { MediaTransport } from "../call/vocabulary.ts";
import { answerDirection, directionIn, type Parties, type Statement } from "../sdp/Party.ts";
import { type PartyDescription, withDirection } from "../sdp/PartyDescription.ts";
import type { SentDescription } from "../sdp/SentDescription.ts";
import { TALKS, wishAfterAnswer, wishAfterOffer } from "../sdp/Wish.ts";
import { describeFor, type Recipient } from "./describeFor.ts";
import { answerTo, type Exchange, firstOffer } from "./exchanges.ts";
import type { PlacedCall } from "./PlacedCall.ts";
import type { RtpengineOptions } from "./RtpengineOptions.ts";
import { heard, musicOf } from "./sessionExchanges.ts";

/** What rtpengine receives of the origin's first offer. */
export function offerOf(origin: PartyDescription, towards: MediaTransport, options: RtpengineOptions): Exchange {
    return firstOffer(heard(beginning(origin), options), towards, options.codecs);
}

/** A call that was offered to the target. */
interface Offered {
    readonly call: PlacedCall;
    readonly origin: PartyDescription;
    /** What the target was told. */
    readonly target: SentDescription;
}

/** Gives rtpengine the target's answer. Resolves to both parties; the origin has not been told yet. @throws CallFailure */
export async function answerFirst(
    { call, origin, target }: Offered,
    answer: PartyDescription,
    recipient: Recipient,
    options: RtpengineOptions,
): Promise<Parties> {
    const wish = wishAfterAnswer(TALKS, directionIn(target), directionIn(answer));
    const music = musicOf(options);
    const { description } = withDirection(answer, answerDirection(target, wish, music));
    const said = await call.answer(answerTo(origin, "target", answer.transport, description));
    const direction = answerDirection(origin, wish, music);
    const told = describeFor(recipient, said, { said: origin, role: "answer", direction });
    return { origin: { ...beginning(origin), told }, target: { said: answer, told: target, wish } };
}

function beginning(said: PartyDescription): Statement {
    return { said, wish: wishAfterOffer(TALKS, TALKS.direction, directionIn(said)) };
}
