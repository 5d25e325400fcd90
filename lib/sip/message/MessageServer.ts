import { createHash } from "node:crypto";
import type { Message, MessageOrigin } from "../../message/Message.ts";
import type { MessageState } from "../../message/MessageState.ts";
import { SenderAllowance, type SenderLimit } from "../../message/SenderAllowance.ts";
import type { MessageId } from "../../message/vocabulary.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { PatternIndex } from "../../numbering/PatternIndex.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { MessageIntake, ReceiptNews } from "../../ports/MessageIntake.ts";
import type { MessageRouting } from "../../ports/MessageRouting.ts";
import type { MessageTelemetry } from "../../ports/MessageTelemetry.ts";
import { type PeerFeatures, peerKey } from "../../ports/PeerFeatures.ts";
import type { TypingSink } from "../../ports/TypingSink.ts";
import { identifyCaller } from "../identity/identifyCaller.ts";
import type { ScreenCaller } from "../identity/OwnIdentities.ts";
import { readPrivacy } from "../identity/privacy.ts";
import { unsupportedOf } from "../sipCapabilities.ts";
import { fromOf } from "../identity/fromHeader.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { calleesOf } from "../uas/decodeInvite.ts";
import { ACCEPTED_TYPES, type DecodedBody, decodeMessageBody } from "./decodeMessageBody.ts";
import { failureResponse } from "./failureStatus.ts";
import type { Imdn } from "./format/imdn.ts";

/** The authenticated sender of a request. */
export interface MessageSender {
    readonly from: Extract<MessageOrigin, { network: "sip" }>["from"];
    readonly peer: Pick<SipPeer, "trusted" | "defaultCountry" | "stripPrefix">;
    readonly screen: ScreenCaller;
    /** Finds the Matrix user that the sender means. */
    readonly recipientOf: (callees: readonly RemoteParty[]) => MatrixUserId | undefined;
    /** For a registered phone: its Matrix user, and how the phone is shown in Matrix. */
    readonly account?: { readonly user: MatrixUserId; readonly party: RemoteParty };
}

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

type Recipient =
    | { readonly direction: "inbound"; readonly user: MatrixUserId; readonly party: RemoteParty }
    | { readonly direction: "outbound"; readonly user: MatrixUserId; readonly party: RemoteParty };

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
            { contentType: headers.get("content-type"), transferEncoding: headers.get("content-transfer-encoding") },
            request.body,
        );
        if (request.source.protocol === "tcp") features.note(peerKey(sender.from), "tcp", "used");
        if ("uses" in body) for (const format of body.uses) features.note(peerKey(sender.from), format, "used");
        const recipient = this.#recipientOf(uri, sender, party);
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
            case "malformed":
                telemetry.messageRefused("inbound", "malformed");
                return { status: 400, reason: "Bad Message Body" };
            case "notification": {
                const news = newsOf(body.imdn);
                if (news !== undefined) intake.receipt("outbound", body.imdn.messageId, news);
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
        { content, cpim }: Extract<DecodedBody, { kind: "message" }>,
    ): Promise<OutgoingResponse> {
        const { intake, clock, log, maxBytes } = this.#parts;
        const id = messageIdOf(request, from.name, cpim?.messageId);
        if (!intake.knows(id)) {
            if (content.kind === "text" && Buffer.byteLength(content.text) > maxBytes) return { status: 413 };
            const limited = this.#limited(from.name, party);
            if (limited !== undefined) return limited;
        }
        const sipCallId = callIdOf(request);
        const message: Message = {
            id,
            direction,
            user,
            party,
            content,
            acceptedAt: clock.now(),
            receipts: cpim?.receipts ?? [],
            origin: {
                network: "sip",
                from,
                sipCallId,
                ...(cpim !== undefined && {
                    imdn: { messageId: cpim.messageId, dateTime: cpim.dateTime, from: cpim.from, to: cpim.to },
                }),
            },
        };
        const acceptance = intake.accept(message);
        switch (acceptance.kind) {
            case "refused":
                return SERVICE_UNAVAILABLE;
            case "repeated":
                return responseTo(acceptance.state);
            case "accepted":
                log.info("message received", { messageId: id, peer: from.name, sipCallId });
                try {
                    await acceptance.stored;
                } catch (error) {
                    log.error("message not stored", { messageId: id, error });
                    return { status: 500 };
                }
                return responseTo(await this.#settledSoon(acceptance.settled));
        }
    }

    /** The state after delivery; undefined if that takes longer than a sender waits. */
    async #settledSoon(settled: Promise<MessageState>): Promise<MessageState | undefined> {
        let cancel = (): void => undefined;
        const late = new Promise<undefined>((resolve) => {
            cancel = this.#parts.clock.startTimer(WAIT_MS, () => resolve(undefined));
        });
        const state = await Promise.race([settled, late]);
        cancel();
        return state;
    }

    #recipientOf(
        uri: string,
        { peer, account, recipientOf }: MessageSender,
        party: RemoteParty,
    ): Recipient | OutgoingResponse {
        const callees = calleesOf(uri, peer);
        if (callees === "unknown scheme") return { status: 416 };
        const { routing } = this.#parts;
        const user = recipientOf(callees);
        if (user !== undefined) return { direction: "inbound", user, party };
        if (account === undefined) return { status: 404 };
        // a registered phone writes as its Matrix user does
        const routes = callees.map((callee) => ({ callee, route: routing.routeOf(account.user, callee) }));
        const allowed = routes.find(({ route }) => route.kind === "networks");
        if (allowed !== undefined) return { direction: "outbound", user: account.user, party: allowed.callee };
        return { status: routes.some(({ route }) => route.kind === "forbidden") ? 403 : 404 };
    }

    #limited(peer: string, party: RemoteParty): OutgoingResponse | undefined {
        const { clock, log, telemetry } = this.#parts;
        const verdict = this.#allowance.take(`${peer} ${keyOf(party)}`, clock.monotonic());
        if (verdict.kind === "allowed") return undefined;
        telemetry.messageRefused("inbound", "rate limit");
        if (verdict.isNews)
            log.warn("messages rejected: sender exceeds its rate", { peer, hint: "see messaging.limits" });
        return { status: 480, headers: { "Retry-After": String(Math.ceil(verdict.waitMs / 1_000)) } };
    }

    #isBlocked(party: RemoteParty): boolean {
        return party.kind !== "anonymous" && this.#blocked.has(keyOf(party));
    }
}

/** As a message of a call's caller would be shown. Of CPIM, only what SIP's own headers say counts: its From is not authenticated. */
function senderParty({ headers }: IncomingRequest, { peer, screen, account }: MessageSender): RemoteParty | undefined {
    if (account !== undefined) return account.party;
    const from = fromOf(headers);
    if (from === undefined) return undefined;
    return identifyCaller(headers, from, readPrivacy(headers.get("privacy")), peer, screen).caller;
}

/** RFC 3261, section 8.2.2.2, and RFC 5438, section 6.3: the same message has the same identifiers, however often it is sent. */
function messageIdOf(request: IncomingRequest, sender: string, imdnMessageId: string | undefined): MessageId {
    const sequence = request.headers.get("cseq")?.split(/\s/)[0] ?? "";
    const { uri = "", params } = fromOf(request.headers) ?? {};
    const identity =
        imdnMessageId === undefined
            ? ["request", sender, callIdOf(request), sequence, uri, params?.get("tag") ?? ""]
            : ["imdn", sender, uri, imdnMessageId];
    return `sip-${createHash("sha256").update(JSON.stringify(identity)).digest("base64url").slice(0, 32)}` as MessageId;
}

function callIdOf({ headers }: IncomingRequest): string {
    return headers.get("call-id") ?? "";
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
            return undefined;
    }
}

function keyOf(party: RemoteParty): string {
    switch (party.kind) {
        case "number":
            return party.number;
        case "address":
            return party.address;
        case "anonymous":
            return "anonymous";
    }
}
