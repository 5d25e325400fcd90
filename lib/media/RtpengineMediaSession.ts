import { randomInt } from "node:crypto";
import type { Hold } from "../call/CallEvent.ts";
import { otherSide, type IceCandidate, type Sdp, type Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type {
    ChangeAnswer,
    ChangeProposal,
    MediaRecord,
    MediaReport,
    MediaRequest,
    MediaSession,
    PeerReadiness,
} from "../ports/MediaProxy.ts";
import { type ChangeState, mediaRecordOf } from "./mediaRecord.ts";
import type { MediaSessionParts, ResumedSession } from "./MediaSessionParts.ts";
import { MediaWatchdog } from "./MediaWatchdog.ts";
import { answerHandover, offerHandover, wishOf } from "./handover.ts";
import { CandidateFeed } from "./CandidateFeed.ts";
import { passOnCandidates } from "./passOnCandidates.ts";
import { CallPlacement } from "./CallPlacement.ts";
import { placementOf } from "./placementOf.ts";
import { SessionProgress } from "./SessionProgress.ts";
import { SessionSides } from "./SessionSides.ts";
import type { PlacedCall } from "./PlacedCall.ts";
import { describeFor, type Recipient } from "./describeFor.ts";
import { answerFirst, offerOf } from "./firstExchange.ts";
import {
    answerInPlace,
    answerOfPeer,
    describeAnswer,
    exchangeAlone,
    forwardToPeer,
    expectationOf,
    expectKnown,
    isKnown,
    pressKeys,
    type Up,
} from "./sessionExchanges.ts";
import { directionIn, type Parties, type Party, type Statement } from "../sdp/Party.ts";
import { canAnswerAlone, mustAskPeer } from "../sdp/mustAskPeer.ts";
import { sentAudioOf } from "./sentAudio.ts";
import type { EngineChange } from "./Rtpengine.ts";
import { understand } from "./understand.ts";
import { withOfferedDigits, withUsualDigits } from "../sdp/digits.ts";
import { receives } from "../sdp/direction.ts";
import { type PartyDescription, withStreamsOf } from "../sdp/PartyDescription.ts";
import { holds, wishAfterCommand, wishAfterOffer } from "../sdp/Wish.ts";
import { SoundSwitch } from "./SoundSwitch.ts";
import type { SessionDescription } from "../sdp/sessionDescription.ts";
import { voiceOf } from "../sdp/streams.ts";

/** A call on the engine it began on. */
export class RtpengineMediaSession implements MediaSession {
    readonly #request: MediaRequest;
    readonly #report: MediaReport;
    readonly #parts: MediaSessionParts;
    readonly #candidates: CandidateFeed;
    readonly #placement: CallPlacement;
    readonly #sides: SessionSides;
    /** A change that a restart of the bridge interrupted. */
    #interrupted: ChangeState;
    /** In the `o=` lines we write. */
    readonly #sessionId: number;
    readonly #progress = new SessionProgress();
    /** Settles when what is asked of the engine now is done; never rejects. */
    #underWay: Promise<unknown> = Promise.resolve();
    #releasing: Promise<void> | undefined;

    constructor(request: MediaRequest, report: MediaReport, parts: MediaSessionParts, resumed?: ResumedSession) {
        this.#request = request;
        this.#report = report;
        this.#parts = parts;
        this.#candidates = new CandidateFeed(parts.telemetry, request.transports);
        this.#placement = new CallPlacement({
            ...placementOf(request, report, parts),
            onEngineChange: (change) => void this.#engineChanged(change),
            onSplitterLost: () => this.#lose("the ports of the splitter are in use"),
        });
        this.#sides = new SessionSides(request, parts.canSplit, resumed?.kept.linked);
        this.#interrupted = resumed?.kept.change ?? "none";
        this.#sessionId = resumed?.kept.sessionId ?? randomInt(1, 2 ** 40);
        if (resumed === undefined) return;
        // an offer that was open at the restart is over: rtpengine takes the next one in its place
        const { parties } = resumed.kept;
        const call = this.#placement.adopt(resumed);
        this.#rise(call, parties, this.#soundOf(call, parties));
        for (const side of ["origin", "target"] as const) this.#candidates.describe(side, parties[side].said);
    }

    offer(sdp: Sdp): Promise<Sdp> {
        return this.#busy(async () => {
            this.#progress.require("new");
            const origin = await this.#readOffer("origin", sdp, undefined);
            this.#progress.require("new");
            const exchange = offerOf(origin, this.#sides.transportOf("target"), this.#parts.options);
            const { call, said } = await this.#placement.offer(exchange);
            this.#progress.require("new");
            const target = describeFor(this.#recipient("target"), said);
            this.#progress.set({ phase: "offered", call, origin, target });
            this.#candidates.describe("origin", origin);
            return target.sdp;
        });
    }

    answer(sdp: Sdp): Promise<Sdp> {
        return this.#busy(async () => {
            const offered = this.#progress.require("offered");
            const answer = withOfferedDigits(await this.#read("target", sdp), voiceOf(offered.target));
            this.#progress.require("offered");
            const parties = await answerFirst(offered, answer, this.#recipient("origin"), this.#parts.options);
            this.#progress.require("offered");
            const sound = this.#soundOf(offered.call);
            await sound.follow(parties);
            this.#progress.require("offered");
            this.#rise(offered.call, parties, sound);
            this.#candidates.describe("target", answer);
            await this.#passOnCandidates("origin");
            await this.#passOnCandidates("target");
            return parties.origin.told.sdp;
        });
    }

    addCandidates(side: Side, candidates: readonly IceCandidate[]): Promise<void> {
        this.#candidates.take(side, candidates);
        return this.#busy(() => this.#passOnCandidates(side));
    }

    proposeChange(side: Side, sdp: Sdp, peer: PeerReadiness): Promise<ChangeProposal> {
        return this.#busy(async () => {
            const before = this.#progress.require("up");
            const party = before.parties[side];
            const said = await this.#readOffer(side, sdp, party);
            const wish = wishAfterOffer(party.wish, directionIn(party.said), directionIn(said));
            return await this.#propose(before, side, { said, wish }, peer);
        });
    }

    proposeHold(side: Side, hold: Hold, peer: PeerReadiness): Promise<ChangeProposal> {
        return this.#busy(async () => {
            const before = this.#progress.require("up");
            const { said, wish } = before.parties[side];
            return await this.#propose(before, side, { said, wish: wishAfterCommand(wish, hold) }, peer);
        });
    }

    completeChange(side: Side, sdp: Sdp | undefined): Promise<ChangeAnswer> {
        return this.#busy(async () => {
            const up = this.#progress.require("up");
            const [{ pending }, { options }] = [up, this.#parts];
            if (pending?.kind !== "change" || pending.side !== side)
                throw new CallFailure("internalError", "no change is pending");
            this.#progress.set({ ...up, pending: undefined });
            const answer = sdp && withOfferedDigits(await this.#read(otherSide(side), sdp), voiceOf(pending.told));
            const complete =
                answer === undefined ? answerInPlace(up, pending, options) : answerOfPeer(up, pending, answer, options);
            const { said, peer } = await complete;
            return await this.#settle(side, pending.offer, said, peer);
        });
    }

    beginHandover(side: Side, stays: Hold): Promise<Sdp> {
        return this.#busy(async () => {
            const before = this.#progress.require("up");
            await expectKnown(before);
            const told = await offerHandover(before, side, this.#sessionId);
            this.#progress.set({ ...this.#progress.require("up"), pending: { kind: "handover", side, told } });
            return wishOf(told, stays);
        });
    }

    completeHandover(side: Side, sdp: Sdp): Promise<Hold> {
        return this.#busy(async () => {
            const up = this.#progress.require("up");
            const wish = await this.#read(side, sdp, "rtp");
            const parties = await answerHandover(up, side, wish);
            this.#sides.link(side);
            this.#progress.set({ ...this.#progress.require("up"), parties, pending: undefined });
            up.watchdog.expect(expectationOf(parties));
            return receives(directionIn(wish)) ? "talks" : "holds";
        });
    }

    cancelHandover(side: Side): Promise<void> {
        return this.#busy(async () => {
            const up = this.#progress.current;
            if (up.phase !== "up" || up.pending?.kind !== "handover") return;
            this.#progress.set({ ...up, pending: undefined });
            const stays = otherSide(side);
            await exchangeAlone(up, stays, up.parties[stays], this.#parts.options);
        });
    }

    sendDigits(side: Side, digits: string): Promise<void> {
        return this.#busy(() => pressKeys(this.#progress.require("up"), side, digits, this.#parts.options));
    }

    requestPicture(side: Side): Promise<void> {
        return this.#busy(() => this.#progress.require("up").call.requestPicture(side));
    }

    release(): Promise<void> {
        return (this.#releasing ??= this.#release());
    }

    snapshot(): MediaRecord | undefined {
        const { standing } = this.#progress;
        if (standing === undefined || standing.call.isSplitTentatively) return undefined;
        const { call, parties, pending } = standing;
        const change = pending?.kind === "change" ? "open" : this.#interrupted;
        const kept = { parties, sessionId: this.#sessionId, linked: this.#sides.linked, change };
        return mediaRecordOf(call.engine.name, { ...kept, split: call.splitRecord() });
    }

    async #release(): Promise<void> {
        const before = this.#progress.current;
        this.#progress.set({ phase: "released" });
        if (before.phase === "up") {
            for (const part of [before.sound, before.watchdog]) part.end();
            this.#parts.watch.remove(before.watchdog);
        }
        // a delete that overtook an offer would leave the call behind
        await this.#underWay;
        if (before.phase === "up") await this.#placement.release(() => this.#endAndReport(before));
        else await this.#placement.release();
    }

    /** Ends a call without its rtpengine, also while it rings: it would have no media after the answer. */
    async #engineChanged(change: EngineChange): Promise<void> {
        const progress = this.#progress.current;
        if (change === "gone") this.#lose("rtpengine does not answer");
        if (progress.phase !== "offered") return;
        const isLost = change === "gone" || !(await isKnown(progress.call));
        if (isLost && this.#progress.current === progress)
            this.#report({ kind: "mediaFailed", cause: "serviceUnavailable" });
    }

    /** Ends a call that was connected, and notes its audio. @throws CallFailure */
    async #endAndReport({ call, parties }: Up): Promise<void> {
        const sent = sentAudioOf(parties, await call.deleteAndReport());
        if (sent !== undefined) this.#parts.recorder?.note(this.#request.callId, { kind: "audio", sent });
    }

    #lose(why: string): void {
        this.#progress.standing?.watchdog.lose(why);
    }

    #soundOf(call: PlacedCall, resumed?: Parties): SoundSwitch {
        const { music, clock } = this.#parts;
        return new SoundSwitch({ call, music, clock, inTurn: (act) => this.#busy(act) }, resumed);
    }

    #rise(call: PlacedCall, parties: Parties, sound: SoundSwitch): void {
        const { watch, clock, log, options } = this.#parts;
        const expected = expectationOf(parties);
        const watchdog = new MediaWatchdog(expected, {
            call,
            limits: options.liveness,
            clock,
            log,
            onSilent: (side) => this.#tellOfSilence(side),
            onLost: () => {
                watch.remove(watchdog);
                this.#report({ kind: "mediaFailed", cause: "mediaLost" });
            },
        });
        watch.add(watchdog);
        this.#progress.set({ phase: "up", call, parties, watchdog, sound, pending: undefined });
    }

    /** A browser that is silent has lost its media; a phone can be asked by its signalling. */
    #tellOfSilence(side: Side): void {
        const { current } = this.#progress;
        if (current.phase !== "up" || current.parties[side].said.transport === "webrtc") return;
        this.#report({ kind: "partySilent", side });
    }

    async #propose(before: Up, side: Side, offer: Statement, peer: PeerReadiness): Promise<ChangeProposal> {
        const change = { offer, before: before.parties[side], peer: before.parties[otherSide(side)] };
        const mustAsk = peer === "askable" && (this.#interrupted === "open" || mustAskPeer(change));
        if (!mustAsk && !canAnswerAlone(change))
            throw new CallFailure("noCommonMedia", "a codec of the call is missing");
        await expectKnown(before);
        this.#interrupted = "none";
        if (mustAsk) {
            const pending = await forwardToPeer(before, offer, this.#recipient(otherSide(side)), this.#parts.options);
            this.#progress.set({ ...this.#progress.require("up"), pending });
            return { kind: "forward", sdp: pending.told.sdp };
        }
        const settled = { ...offer, said: withStreamsOf(change.peer.said, offer.said) };
        const answered = await exchangeAlone(before, side, settled, this.#parts.options);
        return await this.#settle(side, settled, answered, change.peer);
    }

    /** The change holds from now on. Resolves to the answer for the party that proposed it. */
    async #settle(side: Side, offer: Statement, said: SessionDescription, peer: Party): Promise<ChangeAnswer> {
        const { sound, parties: before } = this.#progress.require("up");
        const other = otherSide(side);
        const change = { offer, before: before[side], peer };
        const told = describeAnswer(this.#recipient(side), said, change, this.#parts.options);
        const parties = { ...before, [side]: { ...offer, told }, [other]: peer };
        await sound.follow(parties);
        const up = this.#progress.require("up");
        this.#progress.set({ ...up, parties });
        up.watchdog.expect(expectationOf(parties));
        this.#candidates.describe(side, offer.said);
        if (voiceOf(peer.said).iceUfrag !== voiceOf(before[other].said).iceUfrag)
            this.#candidates.describe(other, peer.said);
        await this.#passOnCandidates(side);
        return { kind: "answer", sdp: told.sdp, hold: holds(offer.wish) ? "holds" : "talks" };
    }

    /** An offer of a party, as the engine receives it; `before` is what was agreed with it, if anything was. */
    async #readOffer(side: Side, sdp: Sdp, before: Party | undefined): Promise<PartyDescription> {
        const offer = await this.#read(side, sdp);
        const isForPhone = offer.transport === "webrtc" && this.#sides.transportOf(otherSide(side)) !== "webrtc";
        return isForPhone ? withUsualDigits(offer, before && voiceOf(before.told)) : offer;
    }

    async #read(side: Side, sdp: Sdp, transport = this.#sides.transportOf(side)): Promise<PartyDescription> {
        return await understand(sdp, { side, transport, video: this.#sides.video }, this.#parts);
    }

    #recipient(side: Side): Recipient {
        return { side, transport: this.#sides.transportOf(side), sessionId: this.#sessionId };
    }

    async #passOnCandidates(side: Side): Promise<void> {
        if (this.#progress.standing === undefined || !this.#candidates.hasNews(side)) return;
        await passOnCandidates(this.#progress.require("up"), side, this.#candidates, this.#parts);
    }

    /** One thing is asked of the engine at a time: candidates wait for the exchange they come into. */
    async #busy<T>(act: () => Promise<T>): Promise<T> {
        const acting = this.#underWay.then(act);
        this.#underWay = Promise.allSettled([acting]);
        return await acting;
    }
}
