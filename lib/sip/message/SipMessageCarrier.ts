import type { Message } from "../../message/Message.ts";
import type { FailureCause, Receipt } from "../../message/vocabulary.ts";
import type { PhoneTarget } from "../../ports/CallTarget.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { FileLinks } from "../../ports/FileLinks.ts";
import type { Log } from "../../ports/Log.ts";
import type { DeliveryAttempt, DeliveryResult } from "../../ports/MessageCarrier.ts";
import type { MessageRoute } from "../../ports/MessageRouting.ts";
import { type PeerFeatures, peerKey } from "../../ports/PeerFeatures.ts";
import { type HeaderFields, SipSendError } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { atEachAddress } from "../trunk/atEachAddress.ts";
import {
    type MessageDestination,
    overTcp,
    phoneDestination,
    sipIdentifiers,
    trunkDestination,
    uriIn,
} from "./composeMessage.ts";
import { deliveryResult, isUnsupportedType, mayFailOver } from "./deliveryResult.ts";
import { composeCpim } from "./format/cpim.ts";
import { composeImdn, IMDN_MEDIA_TYPE } from "./format/imdn.ts";
import type { FinalResponse, MessageClient } from "./MessageClient.ts";
import { type MessageBody, messageBodies } from "./messageForm.ts";

export interface SipMessageCarrierParts {
    readonly client: MessageClient;
    readonly trunks: readonly SipTrunk[];
    /** Orders the addresses of a trunk by availability, and learns from responses. */
    readonly availability: {
        inOrder(addresses: readonly SipTrunk[]): readonly SipTrunk[];
        responded(address: SipTrunk, response: FinalResponse): void;
    };
    /** The phones of an account that are registered now, to be written to as this user. */
    readonly phonesOf: (account: string, message: Message) => readonly PhoneTarget[];
    readonly features: PeerFeatures;
    readonly links: FileLinks | undefined;
    readonly clock: Clock;
    readonly log: Log;
    /** Domain of accounts. */
    readonly realm: string;
    readonly userAgent: string;
}

type Route = Extract<MessageRoute, { readonly kind: "phones" | "networks" }>;

/** RFC 3428, section 8: a MESSAGE by UDP has 1,300 bytes at most. */
const MAX_DATAGRAM_BYTES = 1_300;
/** What the SIP server adds: start line, Via, Max-Forwards, Call-ID, CSeq, tags, Content-Length. */
const ADDED_BYTES = 330;
/** A drachtio-server takes 12,000 bytes with headers. */
const MAX_STREAM_TEXT_BYTES = 8_000;
const MIN_TEXT_BYTES = 160;

/** Sends messages, and notifications about them, by MESSAGE (RFC 3428). */
export class SipMessageCarrier {
    readonly #parts: SipMessageCarrierParts;
    readonly #trunks: ReadonlyMap<string, SipTrunk>;

    constructor(parts: SipMessageCarrierParts) {
        this.#parts = parts;
        this.#trunks = new Map(parts.trunks.map((trunk) => [trunk.name, trunk]));
    }

    async deliver(attempt: DeliveryAttempt, route: Route): Promise<DeliveryResult> {
        switch (route.kind) {
            case "phones":
                return this.#toPhones(attempt, route.phones);
            case "networks":
                return this.#throughTrunks(attempt, route.names);
        }
    }

    /** Sends an IMDN (RFC 5438) to the sender of a message. Rejects if the sender cannot be reached now. */
    async confirm(message: Message, receipt: Receipt): Promise<void> {
        await this.#notify(message, receipt === "delivery" ? "delivered" : "displayed");
    }

    /** The sender of a message that was accepted with 202 learns of the failure if it has asked for that. */
    async reportFailure(message: Message, _cause: FailureCause): Promise<void> {
        if (message.receipts.includes("failure")) await this.#notify(message, "failed");
    }

    /** Tries one address after the other for as long as the network fails, not the recipient. */
    async #throughTrunks(attempt: DeliveryAttempt, names: readonly string[]): Promise<DeliveryResult> {
        const { user, party } = attempt.message;
        const { availability, userAgent } = this.#parts;
        const trunks = names.flatMap((name) => this.#trunks.get(name) ?? []);
        let result: DeliveryResult = { kind: "rejected", cause: "unknownRecipient" };
        for (const address of availability.inOrder(trunks.flatMap(atEachAddress))) {
            const destination = trunkDestination(address, user, party, userAgent);
            const key = peerKey({ kind: "trunk", name: address.name });
            const sent = await this.#send(attempt, destination, key, "network");
            availability.responded(address, sent.response);
            result = sent.result;
            if (!mayFailOver(sent.response)) return result;
        }
        return result;
    }

    /** Every registered phone of the account gets the message; it has arrived when one has accepted it. */
    async #toPhones(attempt: DeliveryAttempt, phones: readonly PhoneTarget[]): Promise<DeliveryResult> {
        const { realm, userAgent } = this.#parts;
        const sent = await Promise.all(
            phones.map(async (phone) => {
                const destination = phoneDestination(phone, realm, userAgent);
                const key = peerKey({ kind: "account", name: phone.account });
                return (await this.#send(attempt, destination, key, "recipient")).result;
            }),
        );
        const accepted = sent.find(({ kind }) => kind === "accepted");
        // a phone that does not respond is as good as none: the message waits until one registers
        const rejected = sent.find(({ kind }) => kind === "rejected");
        return accepted ?? rejected ?? { kind: "offline" };
    }

    async #send(
        attempt: DeliveryAttempt,
        destination: MessageDestination,
        peer: string,
        by: "network" | "recipient",
    ): Promise<{ readonly result: DeliveryResult; readonly response: FinalResponse }> {
        const { features } = this.#parts;
        const form = features.has(peer, "cpim") ? "cpim" : "plain";
        const sent = await this.#sendAs(attempt, destination, peer, by, form);
        if (form === "plain" || !isUnsupportedType(sent.response)) return sent;
        features.note(peer, "cpim", "rejected");
        this.#parts.log.info("message repeated as plain text", { messageId: attempt.message.id, peer });
        return this.#sendAs(attempt, destination, peer, by, "plain");
    }

    async #sendAs(
        { message, attempt, partsSent, onPartsAccepted }: DeliveryAttempt,
        destination: MessageDestination,
        peer: string,
        by: "network" | "recipient",
        form: "plain" | "cpim",
    ): Promise<{ readonly result: DeliveryResult; readonly response: FinalResponse }> {
        const { features, clock, log } = this.#parts;
        const { reference } = sipIdentifiers(message.id, 0);
        const split = this.#bodies(message, destination, peer, form);
        // one that has begun in parts ends in parts
        const isWhole = split.length > 1 && partsSent === 0 && this.#speaksTcp(destination, peer);
        const way = isWhole ? overTcp(destination) : destination;
        const bodies = isWhole ? this.#bodies(message, way, peer, form) : split;
        let response: FinalResponse = { status: 200, headers: new Map() };
        for (const [index, { contentType, content: body }] of bodies.entries()) {
            if (index < partsSent) continue;
            const { callId, tag } = sipIdentifiers(message.id, index);
            const started = clock.now();
            try {
                response = await this.#parts.client.send({
                    method: "MESSAGE",
                    ...way,
                    headers: {
                        ...withTag(way.headers, tag),
                        ...timeLimit(message, clock.now()),
                        "Content-Type": contentType,
                    },
                    body,
                    callId,
                    // another body is another request
                    sequence: (form === "cpim" ? 1 : 11) + (isWhole ? 20 : 0),
                });
            } catch (error) {
                if (!(error instanceof SipSendError)) throw error;
                return { result: { kind: "rejected", cause: "tooLarge" }, response };
            }
            log.debug("MESSAGE sent", {
                messageId: message.id,
                peer,
                status: response.status,
                ms: clock.now() - started,
            });
            const result = deliveryResult(response, reference, attempt, by);
            // the next attempt is sent in parts
            if (isWhole && result.kind === "unavailable") features.note(peer, "tcp", "rejected");
            if (result.kind !== "accepted" || index === bodies.length - 1) return { result, response };
            onPartsAccepted(index + 1);
        }
        return { result: { kind: "accepted", reference, by }, response };
    }

    #speaksTcp({ transport }: MessageDestination, peer: string): boolean {
        return transport === "datagram" && this.#parts.features.has(peer, "tcp");
    }

    #bodies(
        message: Message,
        destination: MessageDestination,
        peer: string,
        form: "plain" | "cpim",
    ): readonly MessageBody[] {
        const { features, links } = this.#parts;
        const { content } = message;
        const link = content.kind === "file" ? links?.linkTo(message.id, content, message.acceptedAt) : undefined;
        return messageBodies(message, link, {
            cpim: form === "plain" ? "plain" : features.has(peer, "imdn") ? "cpimWithReceipts" : "cpim",
            rcsFiles: features.has(peer, "rcsFile") ? "rcsFile" : "link",
            maxTextBytes: roomFor(destination, form),
            from: uriIn(destination.headers["From"]),
            to: uriIn(destination.headers["To"]),
            reference: sipIdentifiers(message.id, 0).reference,
        });
    }

    async #notify(message: Message, news: "delivered" | "displayed" | "failed"): Promise<void> {
        const { origin, user } = message;
        if (origin.network !== "sip" || origin.imdn === undefined) return;
        const { messageId, dateTime, from, to } = origin.imdn;
        const { callId, tag, reference } = sipIdentifiers(`${message.id} ${news}`, 0);
        const body = composeCpim({
            from: uriIn(to),
            to: uriIn(from),
            dateTime: new Date(this.#parts.clock.now()).toISOString(),
            messageId: reference,
            dispositions: [],
            contentType: IMDN_MEDIA_TYPE,
            entityHeaders: ["Content-Disposition: notification"],
            content: composeImdn(messageId, dateTime, news),
        });
        for (const destination of this.#destinationsBack(message, origin.from)) {
            const response = await this.#parts.client.send({
                method: "MESSAGE",
                ...destination,
                headers: { ...withTag(destination.headers, tag), "Content-Type": "message/cpim" },
                body,
                callId,
                sequence: 1,
            });
            this.#parts.log.debug("receipt sent", { messageId: message.id, user, news, status: response.status });
            // one that is rejected is not sent again
            if (deliveryResult(response, reference, 1, "network").kind !== "unavailable") return;
        }
        if (this.#isReachable(origin.from)) throw new Error("the sender of the message does not respond");
    }

    /** A peer that is no trunk cannot be written to. */
    #isReachable({ kind, name }: Extract<Message["origin"], { network: "sip" }>["from"]): boolean {
        return kind === "account" || this.#trunks.has(name);
    }

    /** The ways back to the sender of an inbound message: addresses of the trunk, or registered phones. */
    #destinationsBack(
        message: Message,
        from: { readonly kind: "peer" | "trunk" | "account"; readonly name: string },
    ): readonly MessageDestination[] {
        const { availability, phonesOf, realm, userAgent } = this.#parts;
        if (from.kind === "account") {
            return phonesOf(from.name, message).map((phone) => phoneDestination(phone, realm, userAgent));
        }
        const trunk = this.#trunks.get(from.name);
        if (trunk === undefined) return [];
        return availability
            .inOrder(atEachAddress(trunk))
            .map((address) => trunkDestination(address, message.user, message.party, userAgent));
    }
}

/** Bytes of text that fit into one request. */
function roomFor({ uri, headers, transport }: MessageDestination, form: "plain" | "cpim"): number {
    if (transport === "stream") return MAX_STREAM_TEXT_BYTES;
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    // the envelope of CPIM repeats both URIs
    const envelope = form === "cpim" ? 330 + 2 * Buffer.byteLength(uri) : 0;
    const room = MAX_DATAGRAM_BYTES - ADDED_BYTES - Buffer.byteLength(uri + lines.join("")) - envelope;
    return Math.max(room, MIN_TEXT_BYTES);
}

/** The rest of a time limit that the sender set, for networks that store messages (RFC 3428, section 4). */
function timeLimit({ expiresAt }: Message, now: number): HeaderFields {
    if (expiresAt === undefined) return {};
    const seconds = Math.max(1, Math.ceil((expiresAt - now) / 1_000));
    return { Expires: String(seconds), Date: new Date(now).toUTCString() };
}

function withTag(headers: HeaderFields, tag: string): HeaderFields {
    return { ...headers, From: `${headers["From"] ?? "<sip:anonymous@anonymous.invalid>"};tag=${tag}` };
}
