import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { TargetLeg } from "../../ports/CallLeg.ts";
import type { SipInviteSentRecord, SipLegRecord } from "../../ports/LegRecord.ts";
import { prackCredentials } from "../digest/answerChallenge.ts";
import { settledNetwork } from "../ims/outboundNetwork.ts";
import { ConnectedParty } from "../identity/ConnectedParty.ts";
import { EarlyDescriptions } from "./EarlyDescriptions.ts";
import { EarlyAnswer } from "./EarlyAnswer.ts";
import { finalResponse } from "./finalResponse.ts";
import type { InviteAttempt } from "./inviteAttempt.ts";
import { InviteAttempts } from "./InviteAttempts.ts";
import { inviteRequest } from "./inviteRequest.ts";
import type { Hop } from "./inviteRoute.ts";
import { replyToEarlyUpdate } from "../methodReplies.ts";
import { copyOfCaller } from "../dialog/dialogCopy.ts";
import { dutyOfCaller, timerOfCaller } from "../dialog/refreshDuty.ts";
import { LegMachine } from "../LegMachine.ts";
import { ownText } from "../ownText.ts";
import { sessionDescriptionIn } from "../sessionDescription.ts";
import type { LiveLeg, LostCall } from "../SipCalls.ts";
import { DialogLeg } from "../dialog/DialogLeg.ts";
import { SipDialog } from "../dialog/SipDialog.ts";
import { reasonHeader } from "../sipEndCause.ts";
import {
    type HeaderFields,
    type IncomingRequest,
    type IncomingResponse,
    type SipHeaders,
    SipSendError,
} from "../SipStack.ts";
import type { DialogName } from "../transfer/dialogName.ts";
import type { ReplaceableDialog } from "../transfer/TransferRights.ts";
import type { UacLegParts } from "./UacLegParts.ts";
import { recordOfInvite, type SentInvite } from "./sentInvite.ts";
import { stepUac, UAC_START, type UacEvent, type UacOrder, type UacState } from "./uacLegState.ts";

/** RFC 3261, section 9.1: 64*T1 after CANCEL the INVITE counts as cancelled; the server tells so a little before. */
const CANCEL_TIMEOUT_MS = 36_000;
const NO_HEADERS: SipHeaders = new Map();

/** The half of a call that is placed by an INVITE. */
export class UacLeg extends DialogLeg implements TargetLeg, LiveLeg {
    readonly #parts: UacLegParts;
    readonly #machine: LegMachine<UacState, UacEvent, UacOrder>;
    readonly #attempts: InviteAttempts;
    #sdp: Sdp | undefined;
    #invite: SentInvite | undefined;
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
        this.#attempts = new InviteAttempts(parts);
        this.#earlyAnswer = new EarlyAnswer(parts);
        this.#machine = new LegMachine({
            start: UAC_START,
            step: stepUac,
            carryOut: (order, before) => this.#carryOut(order, before),
            onFailure: (error) => parts.log.error("outbound SIP call failed", { error }),
        });
    }

    async offer(sdp: Sdp): Promise<void> {
        this.#attempts.begin();
        this.#sdp = sdp;
        await this.#machine.apply({ kind: "offer" });
    }

    async end(cause: EndCause): Promise<void> {
        await this.#machine.apply({ kind: "end", cause });
    }

    snapshot(): SipLegRecord | undefined {
        if (this.#dialog !== undefined) return this.#dialog.snapshot();
        return this.#machine.state.phase === "over" ? undefined : this.#openInvite();
    }

    /** The INVITE that was sent last. */
    #openInvite(): SipInviteSentRecord | undefined {
        const hop = this.#attempts.current?.hop;
        if (this.#invite === undefined || hop === undefined) return undefined;
        return recordOfInvite(this.#invite, hop.trunk.name, this.#network(hop, NO_HEADERS));
    }

    protected override dialog(): SipDialog | undefined {
        return this.#dialog;
    }

    lost(): readonly LostCall[] {
        const { phase } = this.#machine.state;
        const record = phase === "waiting" || phase === "cancelling" ? this.#openInvite() : undefined;
        this.#machine.happened({ kind: "serverLost" });
        return record === undefined ? [] : [{ kind: "invite", record }];
    }

    early(name: DialogName): ReplaceableDialog | undefined {
        const trunk = this.#attempts.current?.hop.trunk;
        if (trunk === undefined || this.#machine.state.phase !== "waiting") return undefined;
        if (!this.#early.isNamed(this.#invite?.sent, name)) return undefined;
        return { phase: "early", leg: this, rights: this.#parts.rightsOf?.(trunk) };
    }

    async #carryOut(order: UacOrder, before: Promise<unknown>): Promise<void> {
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
                await before;
                this.#parts.calls.remove(this);
        }
    }

    async #sendInvite(): Promise<void> {
        const attempt = this.#attempts.current;
        const sdp = this.#sdp;
        if (attempt === undefined || sdp === undefined) return;
        const { stack, callId, calls, log } = this.#parts;
        const invite = inviteRequest(attempt, sdp, this.#parts);
        const { name } = attempt.hop.trunk;
        this.#party = new ConnectedParty(attempt.hop.trunk, this.#parts.report);
        calls.add(this, name);
        try {
            const sent = await stack.send(invite, {
                onResponse: (response) => this.#respondedTo(attempt, response),
                onUpdate: (update) => this.#respondToUpdate(attempt, update),
            });
            this.#invite = { sent, nextHop: invite.nextHop };
        } catch (error) {
            // what the SIP server says of it may hold the number
            const why = error instanceof SipSendError ? error.code : "internal error";
            log.warn("INVITE not sent", { trunk: name, why });
            log.debug("INVITE not sent", { error });
            return this.#machine.apply(this.#unsendable(error));
        }
        const sipCallId = this.#invite.sent.headers.get("call-id");
        this.#parts.recorder?.note(callId, { kind: "inviteSent", trunk: name, sipCallId });
        log.debug("INVITE sent", { trunk: name, sipCallId });
        return this.#machine.apply({ kind: "inviteSent" });
    }

    #respondToUpdate({ hop }: InviteAttempt, update: IncomingRequest): void {
        const reply = replyToEarlyUpdate(update, "uac");
        const headers = { ...this.#network(hop, NO_HEADERS), ...reply.headers };
        update.respond({ ...reply, headers }).catch((error: unknown) => {
            this.#parts.log.debug("SIP message not sent", { error });
        });
    }

    /** As a 503 of the next hop, unless it is the SIP server itself that is missing. */
    #unsendable(error: unknown): UacEvent {
        if (!(error instanceof SipSendError) || error.code === "tooLarge") {
            return { kind: "inviteFailed", cause: "internalError", next: "none" };
        }
        if (error.code === "disconnected") return { kind: "inviteFailed", cause: "serviceUnavailable", next: "none" };
        const asIfAnswered = { status: 503, headers: NO_HEADERS };
        this.#attempts.reportAvailability(asIfAnswered, this.#hasRung);
        return this.#attempts.failed(asIfAnswered, this.#progress);
    }

    get #hasRung(): boolean {
        const { state } = this.#machine;
        return state.phase === "waiting" && state.heard === "ringing";
    }

    get #progress() {
        const { state } = this.#machine;
        const heard = state.phase === "waiting" || state.phase === "sending" ? state.heard : ("ringing" as const);
        return { sent: this.#invite?.sent, heard };
    }

    #respondedTo(attempt: InviteAttempt, response: IncomingResponse): void {
        this.#attempts.reportAvailability(response, this.#hasRung);
        if (response.status < 300) this.#party?.read(response.headers);
        if (response.status < 200) return this.#progressed(attempt, response);
        this.#parts.recorder?.note(this.#parts.callId, { kind: "finalResponse", response: finalResponse(response) });
        if (response.status < 300) return this.#answered(attempt, response);
        this.#machine.happened(this.#attempts.rejected(response, this.#progress, this.#sdp ?? ""));
    }

    /** What each message of the call carries, once it was answered so. */
    #network(hop: Hop, answer: SipHeaders): HeaderFields {
        return settledNetwork(hop, this.#invite?.sent.headers, answer);
    }

    /** The phone rings (any 18x). Its early media reaches only callers who may be connected with it before the answer. */
    #progressed({ hop, digest }: InviteAttempt, response: IncomingResponse): void {
        if (response.headers.has("rseq")) {
            response
                .acknowledge(this.#network(hop, response.headers), prackCredentials(digest, response.headers))
                .catch((error: unknown) => this.#parts.log.debug("PRACK not sent", { error }));
        }
        if (this.#invite !== undefined) this.#invite = { ...this.#invite, provisional: response };
        this.#early.take(response);
        this.#machine.happened({ kind: "ringing" });
        if (this.#machine.state.phase !== "waiting") return;
        this.#earlyAnswer.begin(hop.trunk, this.#early.of(response), () => {
            this.#machine.happened({ kind: "end", cause: "noAnswer" });
            this.#parts.report({ kind: "ended", cause: "noAnswer" });
        });
    }

    #answered(attempt: InviteAttempt, response: IncomingResponse): void {
        attempt.digest?.accepted();
        const description = sessionDescriptionIn(response);
        this.#remote = description.kind === "given" ? description.sdp : this.#early.of(response);
        const hasSession = this.#remote !== undefined && (description.kind === "given" || description.kind === "none");
        const isUsable = hasSession && response.dialogId !== undefined;
        this.#accepted = response;
        this.#machine.happened({ kind: "answered", answer: isUsable ? "good" : "unusable" });
    }

    async #sendCancel(cause: EndCause): Promise<void> {
        this.#stopCancelTimer = this.#parts.clock.startTimer(CANCEL_TIMEOUT_MS, () => {
            this.#machine.happened({ kind: "cancelUnanswered" });
        });
        // it fails if the final response is on its way to us
        await this.#invite?.sent.cancel({ Reason: reasonHeader(cause) }).catch((error: unknown) => {
            this.#parts.log.debug("CANCEL not sent", { error });
        });
    }

    async #sendAck(): Promise<void> {
        const { log } = this.#parts;
        const accepted = this.#accepted;
        // the call keeps its leg: drachtio-srf's objects, which hold the text of the message, go with the ACK
        this.#accepted = undefined;
        await accepted?.acknowledge().catch((error: unknown) => log.warn("ACK not sent", { error }));
    }

    #enterDialog(): void {
        const attempt = this.#attempts.current;
        const response = this.#accepted;
        const sent = this.#invite?.sent;
        if (attempt === undefined || sent === undefined || this.#sdp === undefined) return;
        if (response?.dialogId === undefined) return;
        const isForCall = this.#machine.state.phase === "up";
        const { headers } = response;
        const { trunk } = attempt.hop;
        this.#dialog = new SipDialog({
            ...this.#parts,
            dialogId: response.dialogId,
            digest: attempt.digest,
            duty: dutyOfCaller(sent.headers, headers),
            headers: this.#network(attempt.hop, headers),
            timer: timerOfCaller(sent.headers, headers),
            role: "caller",
            peer: trunk.name,
            copy: copyOfCaller(sent, headers),
            local: this.#sdp,
            remote: this.#remote,
            ack: "received",
            party: this.#party,
            dtmf: trunk.dtmf,
            allow: ownText(headers.get("allow")),
            report: isForCall ? this.#parts.report : () => undefined,
            leg: this,
            rights: this.#parts.rightsOf?.(trunk),
            assert: this.#parts.assertOn?.(trunk),
            referTo: this.#parts.referToOn?.(trunk),
            onEnded: () => this.#machine.happened({ kind: "dialogEnded" }),
        });
    }
}
