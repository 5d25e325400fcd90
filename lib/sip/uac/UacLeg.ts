import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import type { TargetLeg } from "../../ports/CallLeg.ts";
import type { SipLegRecord } from "../../ports/LegRecord.ts";
import { prackCredentials } from "../digest/answerChallenge.ts";
import { outboundNetwork, settledNetwork } from "../ims/outboundNetwork.ts";
import { ConnectedParty } from "../identity/ConnectedParty.ts";
import { EarlyDescriptions } from "./EarlyDescriptions.ts";
import { EarlyAnswer } from "./EarlyAnswer.ts";
import { finalResponse } from "./finalResponse.ts";
import { firstAttempt, type InviteAttempt, repeatedAttempt } from "./inviteAttempt.ts";
import { advance, type Advance, type Hop, type InviteRoute, startRoute, withoutFull } from "./inviteRoute.ts";
import { mayFollow } from "./redirectTarget.ts";
import { replyToEarlyUpdate } from "../methodReplies.ts";
import { copyOfCaller } from "../dialog/dialogCopy.ts";
import { dutyOfCaller, timerOfCaller } from "../dialog/refreshDuty.ts";
import { sessionDescriptionIn } from "../sessionDescription.ts";
import type { LiveLeg } from "../SipCalls.ts";
import { DialogLeg } from "../dialog/DialogLeg.ts";
import { SipDialog } from "../dialog/SipDialog.ts";
import { reasonHeader } from "../sipEndCause.ts";
import {
    type HeaderFields,
    type IncomingResponse,
    type SentRequest,
    type SipHeaders,
    SipSendError,
} from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import type { UacLegParts } from "./UacLegParts.ts";
import { tellTrouble } from "./tellTrouble.ts";
import { stepUac, UAC_START, type UacEvent, type UacOrder, type UacState } from "./uacLegState.ts";

/** RFC 3261, section 9.1: 64*T1 after CANCEL the INVITE counts as cancelled; the server tells so a little before. */
const CANCEL_TIMEOUT_MS = 36_000;
const NO_HEADERS: SipHeaders = new Map();

/** The half of a call that is placed by an INVITE. */
export class UacLeg extends DialogLeg implements TargetLeg, LiveLeg {
    readonly #parts: UacLegParts;
    #state: UacState = UAC_START;
    #route: InviteRoute | undefined;
    #attempt: InviteAttempt | undefined;
    #sdp: Sdp | undefined;
    #sent: SentRequest | undefined;
    readonly #early = new EarlyDescriptions();
    readonly #earlyAnswer: EarlyAnswer;
    /** The 2xx, and the session that it or an earlier response of its dialog agreed on. */
    #accepted: IncomingResponse | undefined;
    #remote: Sdp | undefined;
    #dialog: SipDialog | undefined;
    /** Who the current trunk says was reached. */
    #party: ConnectedParty | undefined;
    #stopCancelTimer = (): void => undefined;

    constructor(parts: UacLegParts) {
        super();
        this.#parts = parts;
        this.#earlyAnswer = new EarlyAnswer(parts);
    }

    async offer(sdp: Sdp): Promise<void> {
        const [first, ...others] = this.#freeTrunks();
        if (first === undefined) throw new CallFailure("serviceUnavailable", "every trunk has its maximum of calls");
        this.#sdp = sdp;
        this.#route = startRoute([first, ...others]);
        this.#attempt = firstAttempt(this.#route.current, this.#parts.makeCnonce);
        await this.#apply({ kind: "offer" });
    }

    async end(cause: EndCause): Promise<void> {
        await this.#apply({ kind: "end", cause });
    }

    snapshot(): SipLegRecord | undefined {
        if (this.#dialog !== undefined) return this.#dialog.snapshot();
        if (this.#sent === undefined || this.#attempt === undefined || this.#state.phase === "over") return undefined;
        const { transactionId } = this.#sent;
        const { hop } = this.#attempt;
        const headers = this.#network(hop, NO_HEADERS);
        return { network: "sip", phase: "inviteSent", peer: hop.trunk.name, transactionId, headers };
    }

    protected override dialog(): SipDialog | undefined {
        return this.#dialog;
    }

    lost(): void {
        this.#happened({ kind: "serverLost" });
    }

    #happened(event: UacEvent): void {
        this.#apply(event).catch((error: unknown) => this.#parts.log.error("outbound SIP call failed", { error }));
    }

    async #apply(event: UacEvent): Promise<void> {
        const step = stepUac(this.#state, event);
        this.#state = step.state;
        for (const order of step.orders) await this.#carryOut(order);
    }

    async #carryOut(order: UacOrder): Promise<void> {
        switch (order.kind) {
            case "sendInvite":
                return this.#sendInvite();
            case "sendCancel":
                return this.#sendCancel(order.cause);
            case "sendAck":
                return this.#sendAck();
            case "enterDialog":
                this.#enterDialog();
                return;
            case "sayBye":
                return this.#dialog?.end(order.cause);
            case "reportRinging":
                this.#parts.report({ kind: "ringing" });
                return;
            case "reportAnswered":
                if (this.#remote !== undefined)
                    this.#earlyAnswer.complete(this.#remote, (sdp) => this.#dialog?.announceAnswer(sdp));
                return;
            case "report":
                this.#parts.report({ kind: "ended", cause: order.cause });
                return;
            case "release":
                this.#stopCancelTimer();
                this.#earlyAnswer.stop();
                this.#parts.calls.remove(this);
        }
    }

    /** Trunks that may take one more call, those that are down last. */
    #freeTrunks(): readonly SipTrunk[] {
        const { calls, trunks, availability } = this.#parts;
        const free = trunks.filter((trunk) => calls.legsOf(trunk.name) < trunk.maxCalls);
        return availability?.inOrder(free) ?? free;
    }

    async #sendInvite(): Promise<void> {
        const attempt = this.#attempt;
        const sdp = this.#sdp;
        if (attempt === undefined || sdp === undefined) return;
        const { stack, callId, accessNetwork, compose, userAgent, calls, log } = this.#parts;
        const { uri, nextHop, headers } = compose(attempt.hop, {
            userAgent,
            sessionTimerS: this.#parts.sessionTimerS,
            minSe: attempt.minSe,
        });
        const { answerMs, name } = attempt.hop.trunk;
        this.#party = new ConnectedParty(attempt.hop.trunk, this.#parts.report);
        calls.add(this, name);
        try {
            this.#sent = await stack.send(
                {
                    method: "INVITE",
                    uri,
                    ...(nextHop !== undefined && { nextHop }),
                    ...(answerMs !== undefined && { answerMs }),
                    headers: {
                        ...headers,
                        ...outboundNetwork(attempt.hop, callId, accessNetwork),
                        ...attempt.identity,
                    },
                    headerLines: attempt.authorization,
                    body: sdp,
                },
                {
                    onResponse: (response) => this.#respondedTo(attempt, response),
                    onUpdate: (update) => {
                        const reply = replyToEarlyUpdate(update, "uac");
                        const all = { ...this.#network(attempt.hop, NO_HEADERS), ...reply.headers };
                        update.respond({ ...reply, headers: all }).catch((error: unknown) => {
                            log.debug("SIP message not sent", { error });
                        });
                    },
                },
            );
        } catch (error) {
            // what the SIP server log of it may hold the number
            const why = error instanceof SipSendError ? error.code : "internal error";
            log.warn("INVITE not sent", { trunk: name, why });
            log.debug("INVITE not sent", { error });
            return this.#apply(this.#unsendable(attempt, error));
        }
        const sipCallId = this.#sent.headers.get("call-id");
        this.#parts.recorder?.note(callId, { kind: "inviteSent", trunk: name, sipCallId });
        log.debug("INVITE sent", { trunk: name, sipCallId });
        return this.#apply({ kind: "inviteSent" });
    }

    /** As a 503 of the next hop, unless it is the SIP server itself that is missing. */
    #unsendable(attempt: InviteAttempt, error: unknown): UacEvent {
        if (!(error instanceof SipSendError) || error.code === "tooLarge") {
            return { kind: "inviteFailed", cause: "internalError", next: "none" };
        }
        if (error.code === "disconnected") return { kind: "inviteFailed", cause: "serviceUnavailable", next: "none" };
        const asIfAnswered = { status: 503, headers: NO_HEADERS };
        this.#reportAvailability(attempt, asIfAnswered);
        return this.#failed(asIfAnswered);
    }

    /** Whom a redirect led to is no address of the trunk's; and the silence after ringing is that of the callee. */
    #reportAvailability({ hop }: InviteAttempt, response: Pick<IncomingResponse, "status" | "headers">): void {
        const hasRung = this.#state.phase === "waiting" && this.#state.heard === "ringing";
        if (hop.redirectedTo !== undefined || (hasRung && response.status === 408)) return;
        this.#parts.availability?.responded(hop.trunk, response);
    }

    #respondedTo(attempt: InviteAttempt, response: IncomingResponse): void {
        this.#reportAvailability(attempt, response);
        if (response.status < 300) this.#party?.read(response.headers);
        if (response.status < 200) return this.#progressed(attempt, response);
        this.#parts.recorder?.note(this.#parts.callId, { kind: "finalResponse", response: finalResponse(response) });
        if (response.status < 300) return this.#answered(attempt, response);
        this.#happened(this.#refused(attempt, response));
    }

    /** What each message of the call carries, once it was answered so. */
    #network(hop: Hop, answer: SipHeaders): HeaderFields {
        return settledNetwork(hop, this.#sent?.headers, answer);
    }

    /** The phone rings (any 18x). Its early media reaches only callers who may be connected with it before the answer. */
    #progressed({ hop, digest }: InviteAttempt, response: IncomingResponse): void {
        if (response.headers.has("rseq")) {
            response
                .acknowledge(this.#network(hop, response.headers), prackCredentials(digest, response.headers))
                .catch((error: unknown) => this.#parts.log.debug("PRACK not sent", { error }));
        }
        this.#early.take(response);
        this.#happened({ kind: "ringing" });
        if (this.#state.phase !== "waiting") return;
        this.#earlyAnswer.begin(hop.trunk, this.#early.of(response), () => {
            this.#happened({ kind: "end", cause: "noAnswer" });
            this.#parts.report({ kind: "ended", cause: "noAnswer" });
        });
    }

    #answered(attempt: InviteAttempt, response: IncomingResponse): void {
        attempt.digest?.accepted();
        const description = sessionDescriptionIn(response.headers.get("content-type"), response.body);
        this.#remote = description.kind === "given" ? description.sdp : this.#early.of(response);
        const hasSession = this.#remote !== undefined && (description.kind === "given" || description.kind === "none");
        const isUsable = hasSession && response.dialogId !== undefined;
        this.#accepted = response;
        this.#happened({ kind: "answered", answer: isUsable ? "good" : "unusable" });
    }

    /** What a final response other than 2xx leads to: the same INVITE again, another one, or the end. */
    #refused(attempt: InviteAttempt, response: IncomingResponse): UacEvent {
        const again = this.#sent && repeatedAttempt(attempt, response, this.#sent, this.#sdp ?? "");
        if (again === undefined) {
            tellTrouble(attempt, response, this.#parts.log, this.#parts.onTrouble);
            return this.#failed(response);
        }
        this.#attempt = again;
        return { kind: "inviteFailed", cause: "forbidden", next: "another" };
    }

    #failed({ status, headers }: Pick<IncomingResponse, "status" | "headers">): UacEvent {
        const state = this.#state;
        const heard = state.phase === "waiting" || state.phase === "sending" ? state.heard : "ringing";
        const mayFollow = (uri: string): boolean => this.#mayFollow(uri);
        const way: Advance | undefined =
            this.#route && advance(this.#open(this.#route), { status, headers, heard }, mayFollow);
        if (way?.kind !== "next") return { kind: "inviteFailed", cause: way?.cause ?? "internalError", next: "none" };
        this.#route = way.route;
        this.#attempt = firstAttempt(way.route.current, this.#parts.makeCnonce);
        return { kind: "inviteFailed", cause: "networkFailure", next: "another" };
    }

    #mayFollow(to: string): boolean {
        const { mayDial, log } = this.#parts;
        const trunk = this.#route?.current.trunk;
        if (trunk === undefined || this.#sent === undefined) return false;
        if (mayFollow({ to, sent: this.#sent.uri, trunk }, mayDial)) return true;
        log.info("redirect not followed: caller not allowed to dial its target", { trunk: trunk.name });
        return false;
    }

    #open(route: InviteRoute): InviteRoute {
        return withoutFull(route, ({ name, maxCalls }) => this.#parts.calls.legsOf(name) >= maxCalls);
    }

    async #sendCancel(cause: EndCause): Promise<void> {
        this.#stopCancelTimer = this.#parts.clock.startTimer(CANCEL_TIMEOUT_MS, () => {
            this.#happened({ kind: "cancelUnanswered" });
        });
        // it fails if the final response is on its way to us
        await this.#sent?.cancel({ Reason: reasonHeader(cause) }).catch((error: unknown) => {
            this.#parts.log.debug("CANCEL not sent", { error });
        });
    }

    async #sendAck(): Promise<void> {
        const { log } = this.#parts;
        await this.#accepted?.acknowledge().catch((error: unknown) => log.warn("ACK not sent", { error }));
    }

    #enterDialog(): void {
        const {
            compose: _compose,
            trunks: _trunks,
            availability: _availability,
            makeCnonce: _makeCnonce,
            ...rest
        } = this.#parts;
        const attempt = this.#attempt;
        const response = this.#accepted;
        if (attempt === undefined || response?.dialogId === undefined || this.#sdp === undefined) return;
        const isForCall = this.#state.phase === "up";
        this.#dialog = new SipDialog({
            ...rest,
            dialogId: response.dialogId,
            digest: attempt.digest,
            duty: this.#sent && dutyOfCaller(this.#sent.headers, response.headers),
            headers: this.#network(attempt.hop, response.headers),
            timer: this.#sent === undefined ? {} : timerOfCaller(this.#sent.headers, response.headers),
            role: "caller",
            peer: attempt.hop.trunk.name,
            copy: copyOfCaller(this.#sent ?? { headers: NO_HEADERS }, response.headers),
            local: this.#sdp,
            remote: this.#remote,
            ack: "received",
            party: this.#party,
            dtmf: attempt.hop.trunk.dtmf,
            allow: response.headers.get("allow"),
            report: isForCall ? rest.report : () => undefined,
            leg: this,
            rights: rest.rightsOf?.(attempt.hop.trunk),
            onEnded: () => this.#happened({ kind: "dialogEnded" }),
        });
    }
}
