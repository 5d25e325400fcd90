import { randomUUID } from "node:crypto";
import type { Message } from "../../message/Message.ts";
import type { MessageId } from "../../message/vocabulary.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Mailboxes, MailboxState } from "../../ports/MailboxNews.ts";
import type { MessageIntake } from "../../ports/MessageIntake.ts";
import { fromUriOf } from "../identity/fromHeader.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { calleesOf } from "../uas/decodeInvite.ts";
import { type MessageSummary, parseMessageSummary } from "./format/messageSummary.ts";
import { partyOfUri } from "../identity/partyOfUri.ts";
import type { MessageSender } from "./MessageSender.ts";

export interface MailboxNoticesParts {
    readonly intake: MessageIntake;
    readonly clock: Clock;
    /** Called after each change. */
    readonly onChange: (user: MatrixUserId) => void;
}

/** Mailboxes whose state is remembered; the one that was reported longest ago is forgotten first. */
const MAX_MAILBOXES = 10_000;

/** Receives reports on mailboxes without a subscription (RFC 3842, as PBXs send them), and notifies the user once for each change. */
export class MailboxNotices implements Mailboxes {
    readonly #parts: MailboxNoticesParts;
    readonly #states = new Map<MatrixUserId, MailboxState>();

    constructor(parts: MailboxNoticesParts) {
        this.#parts = parts;
    }

    stateOf(user: MatrixUserId): MailboxState | undefined {
        return this.#states.get(user);
    }

    /** Returns the response to a NOTIFY outside of dialogs; undefined if it reports on no mailbox. */
    handle(
        request: IncomingRequest,
        { from, peer, screen, recipientOf }: MessageSender,
        uri: string,
    ): OutgoingResponse | undefined {
        const [event = ""] = (request.headers.get("event") ?? "").split(";");
        if (event.trim().toLowerCase() !== "message-summary") return undefined;
        const summary = parseMessageSummary(request.body);
        if (summary === undefined) return { status: 400, reason: "Bad Message Summary" };
        const callees = calleesOf(uri, peer);
        const user = callees === "unknown scheme" ? undefined : recipientOf(callees);
        if (user === undefined) return { status: 404 };
        const claimedUri = fromUriOf(request.headers);
        const claimed = claimedUri === undefined ? undefined : partyOfUri(claimedUri, peer);
        const screened = claimed === undefined ? undefined : screen(claimed);
        const party = screened?.kind === "shown" ? screened.caller : ({ kind: "anonymous" } as const);
        this.#note(user, party, summary, from);
        return { status: 200 };
    }

    #note(
        user: MatrixUserId,
        party: RemoteParty,
        { waiting, voice }: MessageSummary,
        from: MessageSender["from"],
    ): void {
        const before = this.#states.get(user);
        const state: MailboxState = { waiting, ...(voice !== undefined && { voice }) };
        this.#states.delete(user);
        this.#states.set(user, state);
        if (this.#states.size > MAX_MAILBOXES) {
            const [oldest] = this.#states.keys();
            if (oldest !== undefined) this.#states.delete(oldest);
        }
        if (JSON.stringify(before) === JSON.stringify(state)) return;
        this.#parts.onChange(user);
        const text = noticeOf(state, before);
        if (text === undefined) return;
        const message: Message = {
            id: `mailbox-${randomUUID()}` as MessageId,
            direction: "inbound",
            user,
            party,
            content: { kind: "notice", text },
            acceptedAt: this.#parts.clock.now(),
            receipts: [],
            origin: { network: "sip", from, sipCallId: "" },
        };
        this.#parts.intake.accept(message);
    }
}

/** What the user reads; nothing for an empty mailbox that was empty, or was never reported, before. */
function noticeOf({ waiting, voice }: MailboxState, before: MailboxState | undefined): string | undefined {
    const isEmpty = waiting === "no" || voice?.new === 0;
    if (isEmpty) return before?.waiting === "yes" ? "You have no new voice messages." : undefined;
    if (voice === undefined) return "You have new voice messages.";
    return voice.new === 1 ? "You have 1 new voice message." : `You have ${voice.new} new voice messages.`;
}
