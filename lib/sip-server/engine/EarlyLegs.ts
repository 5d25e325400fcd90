import type { Dialog } from "../dialog/Dialog.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { toTag } from "../transaction/matching.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { CallTrace } from "./CallTrace.ts";
import type { DialogBook } from "./DialogBook.ts";
import { dialogOfResponse } from "./dialogOfResponse.ts";
import { ProvisionalResponses } from "./ProvisionalResponses.ts";
import type { PendingClientInvite } from "./Session.ts";

/** One phone that rings. */
interface EarlyLeg {
    readonly dialog: Dialog;
    readonly answers: ProvisionalResponses;
}

/** A forking proxy makes some; a hostile one must not make more. */
const maxLegs = 32;

/** The early dialogs of one INVITE we sent, one for each tag of a provisional response. */
export class EarlyLegs {
    readonly #book: DialogBook;
    readonly #trace: CallTrace;
    readonly #invite: PendingClientInvite;
    readonly #legs = new Map<string, EarlyLeg>();
    #winner: EarlyLeg | undefined;

    constructor(book: DialogBook, trace: CallTrace, invite: PendingClientInvite) {
        this.#book = book;
        this.#trace = trace;
        this.#invite = invite;
    }

    /** Takes in a provisional response with a tag. False if it is a reliable one that was seen before, or out of order: the application does not receive it. */
    notice(request: SipRequest, response: SipResponse, flow: Flow): boolean {
        const leg = this.#legOf(toTag(response) ?? "", request, response, flow);
        if (leg === undefined) return false;
        leg.dialog.noticePeer(response.headers);
        return leg.answers.notice(response);
    }

    /** What the phone of that dialog has said. The accepted one too: its 2xx may overtake the PRACK. */
    answersOf(dialog: Dialog): ProvisionalResponses | undefined {
        const legs = this.#winner === undefined ? [...this.#legs.values()] : [this.#winner];
        return legs.find((leg) => leg.dialog === dialog)?.answers;
    }

    /** The leg of that tag was accepted: it is taken out, the others are over. Undefined if it did not ring before. */
    win(tag: string): Dialog | undefined {
        this.#winner = this.#legs.get(tag);
        this.#legs.delete(tag);
        this.endAll();
        return this.#winner?.dialog;
    }

    endAll(): void {
        const legs = [...this.#legs.values()];
        this.#legs.clear();
        for (const { dialog } of legs) this.#book.closeSession(dialog);
    }

    #legOf(tag: string, request: SipRequest, response: SipResponse, flow: Flow): EarlyLeg | undefined {
        const known = this.#legs.get(tag);
        if (known !== undefined) return known;
        if (this.#legs.size >= maxLegs || this.#book.full) return undefined;
        const dialog = dialogOfResponse(request, response, flow);
        this.#book.openSession(dialog, this.#trace).inviteStarted(this.#invite);
        const leg: EarlyLeg = { dialog, answers: new ProvisionalResponses() };
        this.#legs.set(tag, leg);
        return leg;
    }
}
