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
import { CallPlacement, sessionName } from "./CallPlacement.ts";
import { SessionSides } from "./SessionSides.ts";
import type { PlacedCall } from "./PlacedCall.ts";
import { describeFor, type Recipient } from "./describeFor.ts";
import { answerTo, firstOffer } from "./exchanges.ts";
import {
    adjustSound,
    answerInPlace,
    answerOfPeer,
    exchangeAlone,
    expectKnown,
    forwardToPeer,
    type PeerAnswer,
    expectationOf,
    isIn,
    isKnown,
    pressKeys,
    type PendingChange,
    type Progress,
    type Up,
} from "./sessionExchanges.ts";
import { canAnswerAlone, mustAskPeer } from "../sdp/mustAskPeer.ts";
import { sentAudioOf } from "./sentAudio.ts";
import type { EngineChange } from "./Rtpengine.ts";
import { understand } from "./understand.ts";
import { withOfferedDigits, withUsualDigits } from "../sdp/digits.ts";
import { type Party, wantsSound } from "../sdp/Party.ts";
import { type PartyDescription, withStreamsOf } from "../sdp/PartyDescription.ts";
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
    #progress: Progress = { phase: "new" };
    /** Settles when what is asked of the engine now is done; never rejects. */
    #underWay: Promise<unknown> = Promise.resolve();
    #releasing: Promise<void> | undefined;

    constructor(request: MediaRequest, report: MediaReport, parts: MediaSessionParts, resumed?: ResumedSession) {
        this.#request = request;
        this.#report = report;
        this.#parts = parts;
        this.#candidates = new CandidateFeed(parts.telemetry, request.transports);
        this.#placement = new CallPlacement({
            name: parts.options.callIdPrefix + sessionName(request),
            networks: parts.options.interfaces,
            pool: parts.pool,
            log: parts.log,
            onEngineChange: (change) => void this.#engineChanged(change),
            onSplitterLost: () => this.#lose("the ports of the splitter are in use"),
        });
        this.#sides = new SessionSides(request, parts.canSplit, resumed?.kept.linked);
        this.#interrupted = resumed?.kept.change ?? "none";
        this.#sessionId = resumed?.kept.sessionId ?? randomInt(1, 2 ** 40);
        if (resumed === undefined) return;
        // an offer that was open at the restart is over: rtpengine takes the next one in its place
        this.#rise(this.#placement.adopt(resumed), resumed.kept.parties);
        for (const side of ["origin", "target"] as const)
            this.#candidates.describe(side, resumed.kept.parties[side].said);
    }

    offer(sdp: Sdp): Promise<Sdp> {
        return this.#busy(async () => {
            this.#require("new");
            const origin = await this.#readOffer("origin", sdp, undefined);
            this.#require("new");
            const exchange = firstOffer(origin, this.#sides.transportOf("target"), this.#parts.options.codecs);
            const { call, said } = await this.#placement.offer(exchange);
            this.#require("new");
            const target = describeFor(this.#recipient("target"), said);
            this.#progress = { phase: "offered", call, origin, target };
            this.#candidates.describe("origin", origin);
            return target.sdp;
        });
    }

    answer(sdp: Sdp): Promise<Sdp> {
        return this.#busy(async () => {
            const { call, origin, target } = this.#require("offered");
            const answer = withOfferedDigits(await this.#read("target", sdp), voiceOf(target));
            this.#require("offered");
            const said = await call.answer(answerTo(origin, "target", answer.transport, answer.description));
            this.#require("offered");
            const told = describeFor(this.#recipient("origin"), said, { said: origin, role: "answer" });
            if (!wantsSound(origin)) await call.sendSoundTo("origin", false);
            if (!wantsSound(answer)) await call.sendSoundTo("target", false);
            this.#require("offered");
            this.#rise(call, { origin: { said: origin, told }, target: { said: answer, told: target } });
            this.#candidates.describe("target", answer);
            await this.#passOnCandidates("origin");
            await this.#passOnCandidates("target");
            return told.sdp;
        });
    }

    addCandidates(side: Side, candidates: readonly IceCandidate[]): Promise<void> {
        this.#candidates.take(side, candidates);
        return this.#busy(() => this.#passOnCandidates(side));
    }

    proposeChange(side: Side, sdp: Sdp, peer: PeerReadiness): Promise<ChangeProposal> {
        return this.#busy(async () => {
            const before = this.#require("up");
            const offer = await this.#readOffer(side, sdp, before.parties[side]);
            const change = { offer, before: before.parties[side], peer: before.parties[otherSide(side)] };
            const mustAsk = peer === "askable" && (this.#interrupted === "open" || mustAskPeer(change));
            if (!mustAsk && !canAnswerAlone(change)) {
                throw new CallFailure("noCommonMedia", "the new offer lacks a codec of the call");
            }
            await expectKnown(before);
            this.#interrupted = "none";
            if (mustAsk) return await this.#forward(before, side, offer);
            const settled = withStreamsOf(change.peer.said, offer);
            const said = await exchangeAlone(before, side, settled, this.#parts.options);
            return await this.#settle(side, settled, said, change.peer);
        });
    }

    completeChange(side: Side, sdp: Sdp | undefined): Promise<ChangeAnswer> {
        return this.#busy(async () => {
            const up = this.#require("up");
            const { pending } = up;
            if (pending?.kind !== "change" || pending.side !== side)
                throw new CallFailure("internalError", "no change is pending");
            this.#progress = { ...up, pending: undefined };
            const { said, peer } = await this.#answerOfPeer(up, pending, sdp);
            return await this.#settle(side, pending.offer, said, peer);
        });
    }

    beginHandover(side: Side, stays: Hold): Promise<Sdp> {
        return this.#busy(async () => {
            const before = this.#require("up");
            await expectKnown(before);
            const told = await offerHandover(before, side, this.#sessionId);
            this.#progress = { ...this.#require("up"), pending: { kind: "handover", side, told } };
            return wishOf(told, stays);
        });
    }

    completeHandover(side: Side, sdp: Sdp): Promise<Hold> {
        return this.#busy(async () => {
            const up = this.#require("up");
            const wish = await this.#read(side, sdp, "rtp");
            const parties = await answerHandover(up, side, wish);
            this.#sides.link(side);
            this.#progress = { ...this.#require("up"), parties, pending: undefined };
            up.watchdog.expect(expectationOf(parties));
            return wantsSound(wish) ? "talks" : "holds";
        });
    }

    cancelHandover(side: Side): Promise<void> {
        return this.#busy(async () => {
            const up = this.#progress;
            if (up.phase !== "up" || up.pending?.kind !== "handover") return;
            this.#progress = { ...up, pending: undefined };
            const stays = otherSide(side);
            await exchangeAlone(up, stays, up.parties[stays].said, this.#parts.options);
        });
    }

    sendDigits(side: Side, digits: string): Promise<void> {
        return this.#busy(() => pressKeys(this.#require("up"), side, digits, this.#parts.options));
    }

    release(): Promise<void> {
        this.#releasing ??= this.#release();
        return this.#releasing;
    }

    snapshot(): MediaRecord | undefined {
        if (!isIn(this.#progress, "up") || this.#progress.call.isSplitTentatively) return undefined;
        const { call, parties, pending } = this.#progress;
        const change = pending?.kind === "change" ? "open" : this.#interrupted;
        const kept = { parties, sessionId: this.#sessionId, linked: this.#sides.linked, change };
        return mediaRecordOf(call.engine.name, { ...kept, split: call.splitRecord() });
    }

    async #release(): Promise<void> {
        const before = this.#progress;
        this.#progress = { phase: "released" };
        if (before.phase === "up") {
            before.watchdog.end();
            this.#parts.watch.remove(before.watchdog);
        }
        // a delete that overtook an offer would leave the call behind
        await this.#underWay;
        if (before.phase === "up") await this.#placement.release(() => this.#endAndReport(before));
        else await this.#placement.release();
    }

    /** Ends a call without its rtpengine, also while it rings: it would have no media after the answer. */
    async #engineChanged(change: EngineChange): Promise<void> {
        const progress = this.#progress;
        if (change === "gone") this.#lose("rtpengine does not answer");
        if (progress.phase !== "offered") return;
        const isLost = change === "gone" || !(await isKnown(progress.call));
        if (isLost && this.#progress === progress) this.#report({ kind: "mediaFailed", cause: "serviceUnavailable" });
    }

    /** Ends a call that was connected, and notes its audio. @throws CallFailure */
    async #endAndReport({ call, parties }: Up): Promise<void> {
        const sent = sentAudioOf(parties, await call.deleteAndReport());
        if (sent !== undefined) this.#parts.recorder?.note(this.#request.callId, { kind: "audio", sent });
    }

    #lose(why: string): void {
        if (this.#progress.phase === "up") this.#progress.watchdog.lose(why);
    }

    #rise(call: PlacedCall, parties: Up["parties"]): void {
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
        this.#progress = { phase: "up", call, parties, watchdog, pending: undefined };
    }

    /** A browser that is silent has lost its media; a phone can be asked by its signalling. */
    #tellOfSilence(side: Side): void {
        const progress = this.#progress;
        if (progress.phase !== "up" || progress.parties[side].said.transport === "webrtc") return;
        this.#report({ kind: "partySilent", side });
    }

    /** Has rtpengine make the other party's offer, which has to be answered then. */
    async #forward(before: Up, side: Side, offer: PartyDescription): Promise<ChangeProposal> {
        const pending = await forwardToPeer(before, offer, this.#recipient(otherSide(side)), this.#parts.options);
        this.#progress = { ...this.#require("up"), pending };
        return { kind: "forward", sdp: pending.told.sdp };
    }

    async #answerOfPeer(up: Up, pending: PendingChange, sdp: Sdp | undefined): Promise<PeerAnswer> {
        if (sdp === undefined) return await answerInPlace(up, pending, this.#parts.options);
        const answer = await this.#read(otherSide(pending.side), sdp);
        return await answerOfPeer(up, pending, withOfferedDigits(answer, voiceOf(pending.told)));
    }

    /** The change holds from now on. Resolves to the answer for the party that proposed it. */
    async #settle(side: Side, offer: PartyDescription, said: SessionDescription, peer: Party): Promise<ChangeAnswer> {
        const { call, parties: before } = this.#require("up");
        const other = otherSide(side);
        const told = describeFor(this.#recipient(side), said, {
            said: offer,
            role: "answer",
            before: before[side].told,
        });
        const parties = { ...before, [side]: { said: offer, told }, [other]: peer };
        await adjustSound(call, before, parties);
        const up = this.#require("up");
        this.#progress = { ...up, parties };
        up.watchdog.expect(expectationOf(parties));
        this.#candidates.describe(side, offer);
        if (voiceOf(peer.said).iceUfrag !== voiceOf(before[other].said).iceUfrag)
            this.#candidates.describe(other, peer.said);
        await this.#passOnCandidates(side);
        return { kind: "answer", sdp: told.sdp, hold: wantsSound(offer) ? "talks" : "holds" };
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

    /**
     * Tells the engine of candidates that came after their description, by repeating that with them in it: the engine's
     * own way, `fragment`, makes rtpengine 10.5 think that the party's address is now zero, upon which it is sent
     * nothing more. Not done once the engine hears the party: a path is found then.
     */
    async #passOnCandidates(side: Side): Promise<void> {
        const up = this.#progress;
        if (up.phase !== "up" || up.pending !== undefined) return;
        const news = this.#candidates.news(side, up.parties[side].said);
        if (news === undefined) return;
        try {
            const packets = await up.call.countPackets();
            if (packets[side] === 0) await exchangeAlone(up, side, news, this.#parts.options);
        } catch (error) {
            // without them the browser still reaches the engine: its checks are candidates too
            if (!(error instanceof CallFailure)) throw error;
            this.#parts.log.warn("candidates not taken", { side, error: error.message });
        }
    }

    /** One thing is asked of the engine at a time: candidates wait for the exchange they come into. */
    async #busy<T>(act: () => Promise<T>): Promise<T> {
        const acting = this.#underWay.then(act);
        this.#underWay = Promise.allSettled([acting]);
        return await acting;
    }

    #require<Phase extends Progress["phase"]>(phase: Phase): Progress & { readonly phase: Phase } {
        const progress = this.#progress;
        if (isIn(progress, phase)) return progress;
        const cause = progress.phase === "released" ? "mediaLost" : "internalError";
        throw new CallFailure(cause, `the media session is ${progress.phase}, not ${phase}`);
    }
}
