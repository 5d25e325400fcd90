import { otherSide, type Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import { flowOf, standInAnswer, wantsSound, type Party } from "../sdp/Party.ts";
import { type PartyDescription, withStreamsOf } from "../sdp/PartyDescription.ts";
import { withVersionOf, type SentDescription } from "../sdp/SentDescription.ts";
import type { Section, SessionDescription } from "../sdp/sessionDescription.ts";
import type { MediaWatchdog } from "./MediaWatchdog.ts";
import type { PlacedCall } from "./PlacedCall.ts";
import { describeFor, type Recipient } from "./describeFor.ts";
import { answerTo, type Exchange, forwardedOffer, furtherOffer, withDigits } from "./exchanges.ts";
import type { Expectation } from "./mediaLiveness.ts";
import type { RtpengineOptions } from "./RtpengineOptions.ts";

export type Parties = Readonly<Record<Side, Party>>;

/** A session in which both parties have spoken. */
export interface Up {
    readonly phase: "up";
    readonly call: PlacedCall;
    readonly parties: Parties;
    readonly watchdog: MediaWatchdog;
    /** A change that the other party is asked about, or another call that takes the place of a party. */
    readonly pending: PendingChange | PendingHandover | undefined;
}

/** rtpengine has one party's new offer, the other party the offer made of it. */
export interface PendingChange {
    readonly kind: "change";
    readonly side: Side;
    readonly offer: PartyDescription;
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

/**
 * Has rtpengine take a party's new offer and answers it in the other one's name. Resolves to rtpengine's answer.
 * @param prepare adds to both exchanges what they need in addition
 */
export async function exchangeAlone(
    { call, parties }: Up,
    side: Side,
    offer: PartyDescription,
    options: RtpengineOptions,
    prepare = asItIs,
): Promise<SessionDescription> {
    const peer = parties[otherSide(side)];
    const { media } = await call.offerAgain(prepare(furtherOffer(side, offer, peer, options.codecs)));
    return await answerFor(call, side, offer, { peer, offered: media, prepare });
}

/**
 * Has rtpengine send digits as if a party had pressed the keys. rtpengine is prepared for each series when it is due, by an
 * exchange of which neither party learns: a call that is prepared costs it three times as much as one that is not.
 */
export async function pressKeys(up: Up, side: Side, digits: string, options: RtpengineOptions): Promise<void> {
    if (up.pending !== undefined) throw new CallFailure("networkFailure", "the session is about to change");
    await exchangeAlone(up, side, up.parties[side].said, options, withDigits);
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
    offer: PartyDescription,
    recipient: Recipient,
    options: RtpengineOptions,
): Promise<PendingChange> {
    const { call, parties } = before;
    const peer = parties[recipient.side];
    const side = otherSide(recipient.side);
    const exchange = forwardedOffer(side, offer, peer, options.codecs);
    const { media, ...said } = await call.offerAgain(exchange).catch(async (error: unknown) => {
        if (call.isSplitTentatively) await withdrawVideo(before, side, parties[side].said, options);
        throw error;
    });
    const session = { said: peer.said, role: "offer", before: peer.told } as const;
    return { kind: "change", side, offer, told: describeFor(recipient, { ...said, media }, session), offered: media };
}

/** Gives rtpengine the answer of the party that was asked. */
export async function answerOfPeer(
    { call }: Up,
    { side, offer, told }: PendingChange,
    answer: PartyDescription,
): Promise<PeerAnswer> {
    const { description } = withStreamsOf(offer, answer);
    const said = await call.answer(answerTo(offer, otherSide(side), answer.transport, description));
    return { said, peer: { said: answer, told } };
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
        : await answerFor(call, side, offer, { peer, offered, prepare: asItIs });
    return { said, peer: { ...peer, told: withVersionOf(peer.told, told) } };
}

/** Goes on without the video that was added and not agreed on. Resolves to rtpengine's answer to the rest of `offer`. */
async function withdrawVideo(
    up: Up,
    side: Side,
    offer: PartyDescription,
    options: RtpengineOptions,
): Promise<SessionDescription> {
    await up.call.withdrawSplit();
    return await exchangeAlone(up, side, withStreamsOf(up.parties[otherSide(side)].said, offer), options);
}

/** Has rtpengine send sound to each party that wants it, if that has changed. */
export async function adjustSound(call: PlacedCall, before: Parties, after: Parties): Promise<void> {
    for (const side of ["origin", "target"] as const) {
        const isWanted = wantsSound(after[side].said);
        if (isWanted !== wantsSound(before[side].said)) await call.sendSoundTo(side, isWanted);
    }
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
    }: { readonly peer: Party; readonly offered: readonly Section[]; readonly prepare: Prepare },
): Promise<SessionDescription> {
    const standIn = standInAnswer(peer, offered);
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

/** How far the exchanges of a media session are. */
export type Progress =
    | { readonly phase: "new" }
    /** The target has the offer, the origin waits. */
    | {
          readonly phase: "offered";
          readonly call: PlacedCall;
          readonly origin: PartyDescription;
          readonly target: SentDescription;
      }
    | Up
    | { readonly phase: "released" };

export function isIn<Phase extends Progress["phase"]>(
    progress: Progress,
    phase: Phase,
): progress is Progress & { readonly phase: Phase } {
    return progress.phase === phase;
}
