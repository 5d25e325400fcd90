import type { Message } from "../../message/Message.ts";
import type { MessageContent } from "../../message/MessageContent.ts";
import type { MessageState } from "../../message/MessageState.ts";
import { SenderAllowance, type SenderLimit } from "../../message/SenderAllowance.ts";
import type { MessageId } from "../../message/vocabulary.ts";
import { PatternIndex } from "../../numbering/PatternIndex.ts";
import { partyText } from "../../numbering/partyText.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { Acceptance, MessageIntake, ReceiptNews } from "../../ports/MessageIntake.ts";
import type { MessageRouting } from "../../ports/MessageRouting.ts";
import type { MessageTelemetry } from "../../ports/MessageTelemetry.ts";
import { type PeerFeatures, peerKey } from "../../ports/PeerFeatures.ts";
import { settlesWithin } from "../../ports/settlesWithin.ts";
import type { TypingSink } from "../../ports/TypingSink.ts";
import { deltaSecondsIn } from "../deltaSeconds.ts";
import { unsupportedOf } from "../sipCapabilities.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { referenceNamedBy } from "./composeMessage.ts";
import { ACCEPTED_TYPES, type DecodedBody, decodeMessageBody } from "./decodeMessageBody.ts";
import { ACCEPTED_ENCODINGS } from "./format/contentEncoding.ts";
import { failureResponse } from "./failureStatus.ts";
import type { Imdn } from "./format/imdn.ts";
import { callIdOf, messageIdOf } from "./messageIdentity.ts";
import { type MessageSender, senderParty } from "./MessageSender.ts";
import { type Recipient, recipientOf } from "./recipientOf.ts";

export interface MessageServerParts {
    readonly intake: MessageIntake;
    readonly typing: TypingSink | undefined;
    readonly routing: MessageRouting;
    readonly features: PeerFeatures;
    readonly telemetry: MessageTelemetry;
    readonly clock: Clock;
    readonly log: Log;
    readonly limit: SenderLimit;
    /** Longest text, in bytes of UTF-8. */
    readonly maxBytes: number;
    /** Numbers and addresses whose messages are not accepted, as in `PatternIndex`. */
    readonly blocked: readonly string[];
    readonly blockedAnswer: "reject" | "drop";
}

/** How long the response waits for Matrix: then it says 202 instead of 200. */
const WAIT_MS = 1_000;
const SERVICE_UNAVAILABLE: OutgoingResponse = { status: 503, headers: { "Retry-After": "30" } };

/** Receives MESSAGE requests (RFC 3428): texts, receipts and typing notifications. */
export class MessageServer {
    readonly #parts: MessageServerParts;
    readonly #allowance: SenderAllowance;
    readonly #blocked: PatternIndex<true>;

    constructor(parts: MessageServerParts) {
        this.#parts = parts;
        this.#allowance = new SenderAllowance(parts.limit);
        this.#blocked = new PatternIndex(parts.blocked.map((pattern) => [pattern, true] as const));
    }

    /**
     * Handles a MESSAGE of an authenticated sender and resolves with the response to send; undefined if there is to be none.
     * Never rejects. @param uri whom it is for, if the Request-URI does not say so
     */
    async handle(
        request: IncomingRequest,
        sender: MessageSender,
        uri = request.uri,
    ): Promise<OutgoingResponse | undefined> {
        try {
            return await this.#handle(request, sender, uri);
        } catch (error) {
            this.#parts.log.error("MESSAGE failed", { error });
            return { status: 500 };
        }
    }

    async #handle(request: IncomingRequest, sender: MessageSender, uri: string): Promise<OutgoingResponse | undefined> {
        const { features, telemetry, log } = this.#parts;
        const unsupported = unsupportedOf(request.headers.get("require"));
        if (unsupported.length > 0) return { status: 420, headers: { Unsupported: unsupported.join(", ") } };
        const party = senderParty(request, sender);
        if (party === undefined) return { status: 400, reason: "Bad From Header" };
        if (this.#isBlocked(party)) {
            telemetry.messageRefused("inbound", "blocked");
            return this.#parts.blockedAnswer === "reject" ? { status: 403 } : undefined;
        }
        const { headers } = request;
        const body = await decodeMessageBody(
            {
                contentType: headers.get("content-type"),
                transferEncoding: headers.get("content-transfer-encoding"),
                contentEncoding: headers.get("content-encoding"),
            },
            request.body,
        );
        if (request.source.protocol === "tcp") features.note(peerKey(sender.from), "tcp", "used");
        if ("uses" in body) for (const format of body.uses) features.note(peerKey(sender.from), format, "used");
        const recipient = recipientOf(uri, sender, party, this.#parts.routing);
        if ("status" in recipient) {
            log.info("message rejected", {
                peer: sender.from.name,
                sipCallId: callIdOf(request),
                status: recipient.status,
            });
            telemetry.messageRefused("inbound", recipient.status === 404 ? "unknown recipient" : "not allowed");
            return recipient;
        }
        return this.#act(request, sender, recipient, body);
    }

    async #act(
        request: IncomingRequest,
        sender: MessageSender,
        recipient: Recipient,
        body: DecodedBody,
    ): Promise<OutgoingResponse> {
        const { intake, typing, telemetry } = this.#parts;
        switch (body.kind) {
            case "empty":
                return { status: 200 };
            case "unsupported":
                telemetry.messageRefused("inbound", "unsupported type");
                return { status: 415, headers: { Accept: ACCEPTED_TYPES } };
            case "unsupportedEncoding":
                telemetry.messageRefused("inbound", "unsupported type");
                return { status: 415, headers: { "Accept-Encoding": ACCEPTED_ENCODINGS } };
            case "malformed":
                telemetry.messageRefused("inbound", "malformed");
                return { status: 400, reason: "Bad Message Body" };
            case "notification": {
                const news = newsOf(body.imdn);
                if (news !== undefined) intake.receipt("outbound", referenceNamedBy(body.imdn.messageId), news);
                return { status: 200 };
            }
            case "composing":
                if (recipient.direction === "inbound") {
                    const { state, holdsMs } = body.composing;
                    typing?.typing(recipient.user, recipient.party, state, holdsMs);
                }
                return { status: 200 };
            case "message":
                return this.#accept(request, sender, recipient, body);
        }
    }

    async #accept(
        request: IncomingRequest,
        { from }: MessageSender,
        { direction, user, party }: Recipient,
        { contents, cpim }: Extract<DecodedBody, { kind: "message" }>,
    ): Promise<OutgoingResponse> {
        const { intake, clock, log, maxBytes } = this.#parts;
        const id = messageIdOf(request, from.name, cpim?.messageId);
        if (!intake.knows(id)) {
            if (contents.some((content) => textBytesOf(content) > maxBytes)) return { status: 413 };
            const limited = this.#limited(from.name, party);
            if (limited !== undefined) return limited;
        }
        const sipCallId = callIdOf(request);
        const times = timesOf(request, clock.now());
        const { receipts, ...imdn } = cpim ?? { receipts: [] };
        const acceptances = contents.map((content, index) => {
            const isLast = index === contents.length - 1;
            return intake.accept({
                id: index === 0 ? id : (`${id}-${index}` as MessageId),
                direction,
                user,
                party,
                content,
                ...times,
                // the whole has arrived when the last one has
                receipts: isLast ? receipts : [],
                origin: { network: "sip", from, sipCallId, ...(isLast && "messageId" in imdn && { imdn }) },
            });
        });
        if (acceptances.some(({ kind }) => kind === "refused")) return SERVICE_UNAVAILABLE;
        if (acceptances.some(({ kind }) => kind === "accepted")) {
            log.info("message received", { messageId: id, peer: from.name, sipCallId });
        }
        return this.#answer(id, acceptances);
    }

    async #answer(messageId: MessageId, acceptances: readonly Acceptance[]): Promise<OutgoingResponse> {
        try {
            await Promise.all(acceptances.flatMap((each) => (each.kind === "accepted" ? [each.stored] : [])));
        } catch (error) {
            this.#parts.log.error("message not stored", { messageId, error });
            return { status: 500 };
        }
        const states = acceptances.map(async (each) => {
            if (each.kind === "accepted") return this.#settledSoon(each.settled);
            return each.kind === "repeated" ? each.state : undefined;
        });
        const responses = (await Promise.all(states)).map(responseTo);
        return responses.reduce((worst, response) => (response.status > worst.status ? response : worst));
    }

    /** The state after delivery; undefined if that takes longer than a sender waits. */
    async #settledSoon(settled: Promise<MessageState>): Promise<MessageState | undefined> {
        return (await settlesWithin(settled, WAIT_MS, this.#parts.clock)) ? await settled : undefined;
    }

    #limited(peer: string, party: RemoteParty): OutgoingResponse | undefined {
        const { clock, log, telemetry } = this.#parts;
        const verdict = this.#allowance.take(`${peer} ${partyText(party, "full")}`, clock.monotonic());
        if (verdict.kind === "allowed") return undefined;
        telemetry.messageRefused("inbound", "rate limit");
        if (verdict.isNews)
            log.warn("messages rejected: sender exceeds its rate", { peer, hint: "see messaging.limits" });
        return { status: 480, headers: { "Retry-After": String(Math.ceil(verdict.waitMs / 1_000)) } };
    }

    #isBlocked(party: RemoteParty): boolean {
        return party.kind !== "anonymous" && this.#blocked.has(partyText(party, "full"));
    }
}

function textBytesOf(content: MessageContent): number {
    return content.kind === "text" ? Buffer.byteLength(content.text) : 0;
}

/**
 * RFC 3428, section 4: a message can have a time limit. It counts from its arrival, because the clock that a Date comes from
 * can be wrong. The shortest one is long enough for one attempt.
 */
function timesOf({ headers }: IncomingRequest, acceptedAt: number): Pick<Message, "acceptedAt" | "expiresAt"> {
    const seconds = deltaSecondsIn(headers.get("expires"));
    return { acceptedAt, ...(seconds !== undefined && { expiresAt: acceptedAt + Math.max(1, seconds) * 1_000 }) };
}

/** 200 for what has arrived, 202 for what is kept and repeated (RFC 3428, section 7). */
function responseTo(state: MessageState | undefined): OutgoingResponse {
    switch (state?.phase) {
        case undefined:
        case "queued":
        case "sending":
            return { status: 202 };
        case "sent":
        case "delivered":
        case "displayed":
            return { status: 200 };
        case "failed":
            return failureResponse(state.cause);
    }
}

function newsOf({ news }: Imdn): ReceiptNews | undefined {
    switch (news) {
        case "delivered":
        case "displayed":
            return { kind: news };
        case "failed":
        case "error":
            return { kind: "notDelivered", cause: "rejected" };
        case "forbidden":
            // the recipient keeps to itself whether the message has arrived
            return undefined;
        case "processed":
        case "other":
            return undefined;
    }
}
