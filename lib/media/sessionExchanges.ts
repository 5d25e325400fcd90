import { otherSide, type Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import {
    answerDirection,
    directionIn,
    flowOf,
    standInAnswer,
    type Parties,
    type Party,
    type Statement,
} from "../sdp/Party.ts";
import { type PartyDescription, withDirection, withStreamsOf } from "../sdp/PartyDescription.ts";
import type { SessionChange } from "../sdp/mustAskPeer.ts";
import { withVersionOf, type SentDescription } from "../sdp/SentDescription.ts";
import type { Section, SessionDescription } from "../sdp/sessionDescription.ts";
import type { MediaWatchdog } from "./MediaWatchdog.ts";
import type { PlacedCall } from "./PlacedCall.ts";
import { describeFor, type Recipient } from "./describeFor.ts";
import { answerTo, type Exchange, forwardedOffer, furtherOffer, withDigits } from "./exchanges.ts";
import type { Expectation } from "./mediaLiveness.ts";
import type { RtpengineOptions } from "./RtpengineOptions.ts";
import type { SoundSwitch } from "./SoundSwitch.ts";
import { directionFor, type Music, wishAfterAnswer } from "../sdp/Wish.ts";

/** A session in which both parties have spoken. */
export interface Up {
    readonly phase: "up";
    readonly call: PlacedCall;
    readonly parties: Parties;
    readonly watchdog: MediaWatchdog;
    readonly sound: SoundSwitch;
    /** A change that the other party is asked about, or another call that takes the place of a party. */
    readonly pending: PendingChange | PendingHandover | undefined;
}

/** rtpengine has one party's new offer, the other party the offer made of it. */
export interface PendingChange {
    readonly kind: "change";
    readonly side: Side;
    readonly offer: Statement;
    /** What the other party is offered. */
    readonly told: SentDescription;
    /** The same in rtpengine's words. */
    readonly offered: readonly Section[];
}

/** rtpengine has the description of the party that stays, for the call that takes the place of the party on `side`. */
export interface PendingHandover {
    readonly kind: "handover";
    readonly side: Side;
    /** What the other call receives. */
    readonly told: SentDescription;
}

type Prepare = (exchange: Exchange) => Exchange;

const asItIs: Prepare = (exchange) => exchange;

/** What a party says, in the direction that its wish has for the other one: for rtpengine. */
export function heard({ said, wish }: Statement, options: RtpengineOptions): PartyDescription {
    return withDirection(said, directionFor(wish, musicOf(options)));
}

export function musicOf({ holdMusic }: RtpengineOptions): Music {
    return holdMusic === undefined ? "none" : "played";
}

/**
 * Has rtpengine take a party's new offer and answers it in the other one's name. Resolves to rtpengine's answer.
 * @param prepare adds to both exchanges what they need in addition
 */
export async function exchangeAlone(
    { call, parties }: Up,
    side: Side,
    statement: Statement,
    options: RtpengineOptions,
    prepare = asItIs,
): Promise<SessionDescription> {
    const peer = parties[otherSide(side)];
    const offer = heard(statement, options);
    const { media } = await call.offerAgain(prepare(furtherOffer(side, offer, peer, options.codecs)));
    return await answerFor(call, side, offer, { peer, offered: media, prepare, music: musicOf(options) });
}

/**
 * Has rtpengine send digits as if a party had pressed the keys. rtpengine is prepared for each series when it is due, by an
 * exchange of which neither party learns: a call that is prepared costs it three times as much as one that is not.
 */
export async function pressKeys(up: Up, side: Side, digits: string, options: RtpengineOptions): Promise<void> {
    if (up.pending !== undefined) throw new CallFailure("networkFailure", "the session is about to change");
    await exchangeAlone(up, side, up.parties[side], options, withDigits);
    for (const digit of digits) await up.call.pressKey(side, digit);
}

/** What the party that was asked about a change says, and rtpengine's answer for the one that proposed it. */
export interface PeerAnswer {
    readonly said: SessionDescription;
    readonly peer: Party;
}

/** Has rtpengine make the offer for the other party, `recipient`. @throws CallFailure; the call is as it was then */
export async function forwardToPeer(
    before: Up,
    offer: Statement,
    recipient: Recipient,
    options: RtpengineOptions,
): Promise<PendingChange> {
    const { call, parties } = before;
    const peer = parties[recipient.side];
    const side = otherSide(recipient.side);
    const exchange = forwardedOffer(side, heard(offer, options), peer, options.codecs);
    const { media, ...said } = await call.offerAgain(exchange).catch(async (error: unknown) => {
        if (call.isSplitTentatively) await withdrawVideo(before, side, parties[side], options);
        throw error;
    });
    const session = { said: peer.said, role: "offer", before: peer.told } as const;
    return { kind: "change", side, offer, told: describeFor(recipient, { ...said, media }, session), offered: media };
}

/** Gives rtpengine the answer of the party that was asked. */
export async function answerOfPeer(
    { call, parties }: Up,
    { side, offer, told }: PendingChange,
    answer: PartyDescription,
    options: RtpengineOptions,
): Promise<PeerAnswer> {
    const by = otherSide(side);
    const wish = wishAfterAnswer(parties[by].wish, directionIn(told), directionIn(answer));
    const voice = answerDirection(told, wish, musicOf(options));
    const { description } = withStreamsOf(offer.said, withDirection(answer, voice));
    const said = await call.answer(answerTo(offer.said, by, answer.transport, description));
    return { said, peer: { said: answer, told, wish } };
}

/** rtpengine's answer to a change in the form for the party that proposed it: in the direction that both parties want. */
export function describeAnswer(
    recipient: Recipient,
    said: SessionDescription,
    { offer, before, peer }: SessionChange,
    options: RtpengineOptions,
): SentDescription {
    const direction = answerDirection(offer.said, peer.wish, musicOf(options));
    return describeFor(recipient, said, { said: offer.said, role: "answer", direction, before: before.told });
}

/** Answers in the name of a party that did not agree to a change; its session stays as it was. */
export async function answerInPlace(
    up: Up,
    { side, offer, offered, told }: PendingChange,
    options: RtpengineOptions,
): Promise<PeerAnswer> {
    const { call, parties } = up;
    const peer = parties[otherSide(side)];
    const said = call.isSplitTentatively
        ? await withdrawVideo(up, side, offer, options)
        : await answerFor(call, side, offer.said, { peer, offered, prepare: asItIs, music: musicOf(options) });
    return { said, peer: { ...peer, told: withVersionOf(peer.told, told) } };
}

/** Goes on without the video that was added and not agreed on. Resolves to rtpengine's answer to the rest of `offer`. */
async function withdrawVideo(
    up: Up,
    side: Side,
    { said, wish }: Statement,
    options: RtpengineOptions,
): Promise<SessionDescription> {
    await up.call.withdrawSplit();
    const settled = withStreamsOf(up.parties[otherSide(side)].said, said);
    return await exchangeAlone(up, side, { said: settled, wish }, options);
}

export function expectationOf(parties: Parties): Expectation {
    return { origin: flowOf(parties.origin), target: flowOf(parties.target) };
}

async function answerFor(
    call: PlacedCall,
    side: Side,
    offer: PartyDescription,
    {
        peer,
        offered,
        prepare,
        music,
    }: {
        readonly peer: Party;
        readonly offered: readonly Section[];
        readonly prepare: Prepare;
        readonly music: Music;
    },
): Promise<SessionDescription> {
    const standIn = standInAnswer(peer, offered, music);
    if (standIn === undefined) throw new CallFailure("noCommonMedia", "the other party could not accept that");
    return await call.answer(prepare(answerTo(offer, otherSide(side), peer.said.transport, standIn)));
}

/** Whether an rtpengine that was away still has the call. */
export async function isKnown(call: PlacedCall): Promise<boolean> {
    try {
        await call.countPackets();
        return true;
    } catch (error) {
        return !(error instanceof CallFailure && error.endCause === "mediaLost");
    }
}

/**
 * To an offer for a call that it does not know, rtpengine would begin a new one, of which the other party knows nothing.
 * @throws CallFailure if it does not know the call, or does not answer
 */
export async function expectKnown({ call, watchdog }: Up): Promise<void> {
    try {
        await call.countPackets();
    } catch (error) {
        if (error instanceof CallFailure && error.endCause === "mediaLost") watchdog.lose(error.message);
        throw error;
    }
}
