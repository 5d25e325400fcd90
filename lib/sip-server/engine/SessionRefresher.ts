import { formatSessionExpires, minSe } from "../dialog/sessionTimer.ts";
import { Headers } from "../sip/Headers.ts";
import type { SipResponse } from "../sip/SipMessage.ts";
import type { DialogRequests } from "./DialogRequests.ts";
import type { OutgoingRequests } from "./OutgoingRequests.ts";
import type { Session } from "./Session.ts";

/** How long we wait before a refresh that crossed another request is tried again: who made the Call-ID waits longer (RFC 3261 14.1). */
const retryMs = { uac: 3000, uas: 1000 } as const;

/** Keeps sessions alive whose refresh is our duty, and ends those that were not refreshed (RFC 4028 10). */
export class SessionRefresher {
    readonly #requests: DialogRequests;
    readonly #outgoing: OutgoingRequests;

    constructor(requests: DialogRequests, outgoing: OutgoingRequests) {
        this.#requests = requests;
        this.#outgoing = outgoing;
    }

    watch(session: Session): void {
        session.timer.whenDue(
            (timer) => this.#refresh(session, timer.seconds),
            () => this.#requests.bye(session.dialog, "Session timer expired", "session-expired"),
        );
    }

    /** By UPDATE if the peer supports it, which does not affect the media; otherwise by re-INVITE with the description that the peer has. */
    #refresh(session: Session, seconds: number): void {
        if (session.phase === "ending") return;
        // that refreshes the session too
        if (session.invitePending) return this.#retry(session, seconds);
        const rest = new Headers([
            ["Session-Expires", formatSessionExpires(seconds, "uac")],
            ["Supported", "timer"],
        ]);
        if (session.timer.least > 0) rest.add("Min-SE", String(session.timer.least));
        const answered = (response: SipResponse | undefined): void => this.#onAnswer(session, seconds, response);
        if (session.dialog.peerAllowsUpdate) {
            void this.#requests.refresh(session.dialog, rest).then(answered);
            return;
        }
        const { description } = session;
        if (description !== undefined) rest.add("Content-Type", description.contentType);
        const headers = {
            from: undefined,
            to: undefined,
            callId: undefined,
            cseq: undefined,
            contacts: [],
            routes: [],
            rest,
        };
        this.#outgoing.reinvite(session, headers, answered);
    }

    #onAnswer(session: Session, seconds: number, response: SipResponse | undefined): void {
        if (response === undefined || session.phase === "ending" || session.dialog.phase === "ended") return;
        const { status, headers } = response;
        if (status < 300) return;
        // somebody is there, whose questions only the application could answer: it refreshes by itself if it can
        if (status === 401 || status === 407) return session.timer.renew(session.timer.agreed);
        if (status === 481 || status === 408) {
            this.#requests.bye(session.dialog, "Session timer expired", "session-expired");
            return;
        }
        const { timer } = session;
        const least = status === 422 ? minSe(headers) : 0;
        // immediately only the first time: a peer that rejects every interval must not make us retry as fast as it responds
        const immediately = least > 0 && timer.least === 0;
        timer.least = Math.max(timer.least, least);
        this.#retry(session, Math.max(seconds, timer.least), immediately);
    }

    #retry({ timer, dialog }: Session, seconds: number, immediately = false): void {
        timer.retry({ seconds, weRefresh: true }, immediately ? 0 : retryMs[dialog.role]);
    }
}
