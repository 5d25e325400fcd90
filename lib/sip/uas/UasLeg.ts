import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { FinalResponse } from "../../ports/CallRecorder.ts";
import type { OriginLeg, ShownParty } from "../../ports/CallLeg.ts";
import type { SipInviteReceivedRecord, SipLegRecord } from "../../ports/LegRecord.ts";
import { deltaSecondsIn } from "../deltaSeconds.ts";
import { DigestClient } from "../digest/DigestClient.ts";
import { newCnonce } from "../digest/newCnonce.ts";
import { ConnectedParty } from "../identity/ConnectedParty.ts";
import { chargingHeaders } from "../ims/chargingVector.ts";
import { replyInDialog, replyToEarlyUpdate } from "../methodReplies.ts";
import { copyOfCallee } from "../dialog/dialogCopy.ts";
import { dutyOfCallee, timerOfCallee } from "../dialog/refreshDuty.ts";
import { reportEndOfCandidates } from "../reportEndOfCandidates.ts";
import type { DialogHandler, LiveLeg, LostCall } from "../SipCalls.ts";
import { CAPABILITIES } from "../sipCapabilities.ts";
import { receivesDigitsByInfo } from "../dialog/DialogDigits.ts";
import { DialogLeg } from "../dialog/DialogLeg.ts";
import { SipDialog } from "../dialog/SipDialog.ts";
import { LegMachine } from "../LegMachine.ts";
import { causeOfCancel } from "../sipEndCause.ts";
import {
    type HeaderFields,
    type IncomingRequest,
    type OutgoingResponse,
    type SentResponse,
    SipSendError,
} from "../SipStack.ts";
import { ownText } from "../ownText.ts";
import { openDialog, openInvite } from "./openInvite.ts";
import { refusalOf } from "./refusalOf.ts";
import type { UasLegParts } from "./UasLegParts.ts";
import { stepUas, UAS_START, type UasEvent, type UasOrder, type UasState } from "./uasLegState.ts";

/** The half of a call that came by an INVITE. Created in the turn in which the INVITE is received, so that no CANCEL is missed. */
export class UasLeg extends DialogLeg implements OriginLeg, LiveLeg {
    readonly #parts: Pick<UasLegParts, "calls" | "log" | "report">;
    /** For the setup of the call, the INVITE above all; undefined once there is a dialog. */
    #setup: UasLegParts | undefined;
    /** What every message of the call carries. */
    readonly #headers: HeaderFields;
    readonly #machine: LegMachine<UasState, UasEvent, UasOrder>;
    #dialog: SipDialog | undefined;
    #earlyDialogId: string | undefined;
    /** The To header of the 180, with the bridge's tag. */
    #to: string | undefined;
    readonly #early: DialogHandler = {
        handle: (request) => this.#takeEarly(request),
        lost: () => undefined, // there is a final response, or the caller gives up
    };
    #answer: { readonly sdp: Sdp; readonly dialogId: string; readonly to: string } | undefined;
    /** Who was reached, for the responses. */
    #asserted: HeaderFields = {};
    #stopExpiry = (): void => undefined;

    constructor(parts: UasLegParts) {
        super();
        const { request, calls, invite, log, report } = parts;
        this.#parts = { calls, log, report };
        this.#setup = parts;
        this.#headers = chargingHeaders(invite.network.charging);
        this.#machine = new LegMachine({
            start: UAS_START,
            step: stepUas,
            carryOut: (order, before) => this.#carryOut(order, before),
            onFailure: (error) => log.debug("SIP message not sent", { error }),
        });
        if (Object.keys(invite.network).length > 0) log.debug("network context received", { ...invite.network });
        request.onCancel((headers) => this.#machine.happened({ kind: "cancelled", cause: causeOfCancel(headers) }));
        request.onUpdate((update) => this.#respondTo(update, replyToEarlyUpdate(update, "uas")));
        calls.add(this, parts.peer);
    }

    /** The call is open: the desk hears what is reported. Called once by the gateway. */
    opened(): void {
        const { invite, request, clock, report } = this.#open;
        const seconds = deltaSecondsIn(request.headers.get("expires")) ?? 0;
        // RFC 3261, section 13.3.1: an INVITE that expires before a final response is answered with 487
        if (seconds > 0) {
            this.#stopExpiry = clock.startTimer(seconds * 1_000, () => {
                this.#machine.happened({ kind: "abandoned", cause: "cancelled" });
            });
        }
        reportEndOfCandidates(invite.offer, report);
    }

    async ring(): Promise<void> {
        await this.#machine.apply({ kind: "ring" });
    }

    async accept(sdp: Sdp): Promise<void> {
        await this.#machine.apply({ kind: "accept", sdp });
    }

    async end(cause: EndCause): Promise<void> {
        await this.#machine.apply({ kind: "end", cause });
    }

    snapshot(): SipLegRecord | undefined {
        if (this.#dialog !== undefined) return this.#dialog.snapshot();
        return this.#machine.state.phase === "over" ? undefined : this.#openInvite();
    }

    #openInvite(): SipInviteReceivedRecord {
        return openInvite(this.#open, this.#headers, this.#to);
    }

    override showParty(party: ShownParty): Promise<void> {
        if (this.#dialog === undefined) this.#asserted = this.#open.assert?.(party) ?? {};
        return super.showParty(party);
    }

    protected override dialog(): SipDialog | undefined {
        return this.#dialog;
    }

    protected override get receivesEarlyDigits(): boolean {
        if (this.#setup === undefined) return false;
        const { dtmf, request, invite } = this.#setup;
        const session = invite.offerer === "late" ? undefined : invite.offer;
        return receivesDigitsByInfo({ dtmf, allow: request.headers.get("allow") }, session);
    }

    lost(): readonly LostCall[] {
        const lost = this.#unanswered();
        this.#machine.happened({ kind: "serverLost" });
        return lost;
    }

    /** What a SIP server that was lost owes to the caller. */
    #unanswered(): readonly LostCall[] {
        switch (this.#machine.state.phase) {
            case "proceeding":
                return [{ kind: "invite", record: this.#openInvite() }];
            case "answering": {
                // the caller may have received the 200 or not
                const dialogs = this.#to === undefined ? [] : [openDialog(this.#open, this.#headers, this.#to)];
                return [{ kind: "invite", record: this.#openInvite() }, ...dialogs];
            }
            case "up":
            case "over":
                return [];
        }
    }

    async #carryOut(order: UasOrder, before: Promise<unknown>): Promise<void> {
        switch (order.kind) {
            case "sendRinging":
                return this.#sendRinging();
            case "sendAnswer":
                return this.#sendAnswer(order.sdp);
            case "sendRefusal":
                return this.#sendRefusal(order.cause);
            case "enterDialog":
                this.#enterDialog();
                return;
            case "sayBye":
                return this.#dialog?.end(order.cause);
            case "report":
                this.#parts.report({ kind: "ended", cause: order.cause });
                return;
            case "release":
                this.#stopExpiry();
                await before;
                this.#release();
        }
    }

    /** A 180 is only a courtesy: a call survives its loss. */
    async #sendRinging(): Promise<void> {
        const { request, invite, userAgent, calls, log } = this.#open;
        // RFC 3262, section 3: reliably if the caller insists; the server repeats it and awaits the PRACK
        const reliably = invite.needs100rel ? { Require: "100rel" } : {};
        try {
            const { dialogId, to } = await request.respond({
                status: 180,
                headers: { ...this.#headers, ...this.#asserted, ...reliably, "User-Agent": userAgent },
            });
            this.#to = to;
            if (dialogId === undefined || this.#machine.state.phase !== "proceeding") return;
            this.#earlyDialogId = dialogId;
            calls.addDialog(dialogId, this.#early);
        } catch (error) {
            log.debug("180 not sent", { error });
        }
    }

    /** A request in the early dialog of our 180. (UPDATEs come with the INVITE.) */
    #takeEarly(request: IncomingRequest): void {
        if (request.method !== "BYE") {
            const reply = replyInDialog(request);
            if (reply !== undefined) this.#respondTo(request, reply);
            return;
        }
        this.#respondTo(request, { status: 200 });
        this.#machine.happened({ kind: "abandoned", cause: causeOfCancel(request.headers) });
    }

    /** To a request before the call is up. */
    #respondTo(request: IncomingRequest, response: OutgoingResponse): void {
        this.#quietly(request.respond({ ...response, headers: { ...this.#headers, ...response.headers } }));
    }

    #release(): void {
        const { calls } = this.#parts;
        if (this.#earlyDialogId !== undefined) calls.removeDialog(this.#earlyDialogId, this.#early);
        calls.remove(this);
    }

    async #sendAnswer(sdp: Sdp): Promise<void> {
        const { request, userAgent } = this.#open;
        try {
            const { dialogId, to = "" } = await request.respond({
                status: 200,
                headers: {
                    ...this.#headers,
                    ...this.#asserted,
                    ...CAPABILITIES,
                    "User-Agent": userAgent,
                    "Content-Type": "application/sdp",
                },
                body: sdp,
                onLate: (late) => this.#hangUpLate(sdp, late),
            });
            if (dialogId === undefined) throw new SipSendError("refused", "the SIP server names no dialog");
            this.#answer = { sdp, dialogId, to };
            this.#note({ status: 200, reason: "OK" });
        } catch (error) {
            this.#parts.log.info("200 not sent", { error });
            return this.#machine.apply({ kind: "answerFailed", cause: causeOfLateAnswer(error) });
        }
        return this.#machine.apply({ kind: "answerSent" });
    }

    /** The SIP server sent the 200 after the bridge had given up: the peer must not stay in a call that has ended. */
    #hangUpLate(sdp: Sdp, { dialogId, to = "" }: SentResponse): void {
        if (this.#machine.state.phase !== "over" || dialogId === undefined) return;
        this.#parts.log.warn("200 confirmed too late: call hung up");
        this.#answer = { sdp, dialogId, to };
        this.#enterDialog();
        this.#quietly(this.#dialog?.end("networkFailure") ?? Promise.resolve());
    }

    async #sendRefusal(cause: EndCause): Promise<void> {
        const { request, userAgent } = this.#open;
        const refusal = refusalOf(cause, { ...this.#headers, "User-Agent": userAgent });
        this.#note({ status: refusal.status, reason: refusal.reason, detail: refusal.headers.Reason });
        // it fails if a CANCEL was first: then the caller has its final response
        await request
            .respond(refusal)
            .catch((error: unknown) => this.#parts.log.debug("rejection not sent", { error }));
    }

    #note(response: FinalResponse): void {
        const { recorder, callId } = this.#open;
        recorder?.note(callId, { kind: "finalResponse", response });
    }

    #enterDialog(): void {
        if (this.#answer === undefined) return;
        const { sdp, dialogId, to } = this.#answer;
        const { invite, request, report, credentials, trust, ...rest } = this.#open;
        const { headers } = request;
        this.#dialog = new SipDialog({
            ...rest,
            dialogId,
            digest: credentials && new DigestClient(credentials, newCnonce),
            duty: dutyOfCallee(headers),
            timer: timerOfCallee(headers),
            role: "callee",
            party: new ConnectedParty(trust, report, invite.caller),
            allow: ownText(headers.get("allow")),
            copy: copyOfCallee(request, to),
            headers: this.#headers,
            asserted: this.#asserted,
            local: sdp,
            ...(invite.offerer === "late"
                ? { remote: undefined, ack: "awaitedWithSdp" }
                : { remote: invite.offer, ack: "awaited" }),
            report,
            leg: this,
            onEnded: () => this.#machine.happened({ kind: "dialogEnded" }),
        });
        // a call that stands does not keep the messages that it was made with
        this.#setup = undefined;
        this.#answer = undefined;
        this.#to = undefined;
    }

    get #open(): UasLegParts {
        if (this.#setup === undefined) throw new Error("the setup of the call is over");
        return this.#setup;
    }

    #quietly(work: Promise<unknown>): void {
        work.catch((error: unknown) => this.#parts.log.debug("SIP message not sent", { error }));
    }
}

/** The server refuses a 200 whose transaction is over: a CANCEL was first. */
function causeOfLateAnswer(error: unknown): EndCause {
    return error instanceof SipSendError && error.code === "refused" ? "cancelled" : "networkFailure";
}
