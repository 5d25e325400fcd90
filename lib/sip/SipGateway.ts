import { settlesWithin } from "../ports/settlesWithin.ts";
import { chargingHeaders } from "./ims/chargingVector.ts";
import { readNetworkContext } from "./ims/NetworkContext.ts";
import type { DrachtioListener } from "./drachtio/connectDrachtio.ts";
import type { MessageMethods } from "./message/MessageMethods.ts";
import { handlerFor, type MethodHandler, type MethodHandlers } from "./methodHandlers.ts";
import { replyOutsideDialog } from "./methodReplies.ts";
import type { Phones } from "./registrar/Phones.ts";
import { PeerLoad } from "./senders/PeerLoad.ts";
import type { KnownSender } from "./senders/Sender.ts";
import { SenderIdentifier, type SenderIdentifierParts } from "./senders/SenderIdentifier.ts";
import { type UnknownPeerPolicy, UnknownSenders } from "./senders/UnknownSenders.ts";
import { reasonHeader, sipEndingOf } from "./sipEndCause.ts";
import { SipResponder } from "./SipResponder.ts";
import type { IncomingRequest } from "./SipStack.ts";
import { referOutsideDialog } from "./transfer/referOutsideDialog.ts";
import { TrunkAuthenticator } from "./trunk/TrunkAuthenticator.ts";
import type { TrunkHealth } from "./trunk/TrunkHealth.ts";
import { CallRejections, type CallRejectionsParts } from "./uas/CallRejections.ts";
import { IncomingCalls, type IncomingCallsParts } from "./uas/IncomingCalls.ts";

export interface SipGatewayParts
    extends
        Omit<IncomingCallsParts, "responder" | "rejections" | "load">,
        Omit<SenderIdentifierParts, "trunks" | "phones">,
        CallRejectionsParts {
    readonly unknownPeers: UnknownPeerPolicy;
    /** Digest realm for challenges to trunks. */
    readonly realm: string;
    /** Is informed of every request from a peer or trunk. */
    readonly availability?: Pick<TrunkHealth, "calledFrom">;
    /** The phones of Matrix users, if there are accounts. */
    readonly phones?: Phones;
    /** Text messages and mailboxes; without it, MESSAGE is rejected with 405. */
    readonly messages?: MessageMethods;
}

/**
 * Receives every request from the SIP server: passes requests within dialogs to their leg, identifies the sender of all others, and
 * hands them to the handler of their method. Never throws.
 */
export class SipGateway implements DrachtioListener {
    readonly #parts: SipGatewayParts;
    readonly #senders: SenderIdentifier;
    readonly #unknown: UnknownSenders;
    readonly #responder: SipResponder;
    readonly #handlers: MethodHandlers;
    readonly #otherMethods: MethodHandler;
    #state: "serving" | "stopping" = "serving";

    constructor(parts: SipGatewayParts) {
        const responder = new SipResponder(parts.userAgent, parts.log);
        this.#parts = parts;
        this.#responder = responder;
        this.#senders = new SenderIdentifier({ ...parts, trunks: new TrunkAuthenticator(parts) });
        this.#unknown = new UnknownSenders({ ...parts, policy: parts.unknownPeers, responder });
        const rejections = new CallRejections(parts);
        const calls = new IncomingCalls({
            ...parts,
            responder,
            rejections,
            load: new PeerLoad(parts.calls, parts.clock),
        });
        const reply: MethodHandler = {
            requires: "source",
            handle: (request) => responder.respond(request, replyOutsideDialog(request)),
        };
        this.#otherMethods = reply;
        this.#handlers = {
            ACK: reply,
            BYE: reply,
            INFO: reply,
            INVITE: { requires: "password", handle: (request, sender) => calls.handle(request, sender) },
            MESSAGE: reply,
            NOTIFY: reply,
            OPTIONS: reply,
            PRACK: reply,
            PUBLISH: reply,
            REFER: { requires: "password", handle: (request, sender) => this.#refer(request, sender) },
            REGISTER: { requires: "password", handle: (request, sender) => this.#register(request, sender) },
            SUBSCRIBE: reply,
            UPDATE: reply,
            ...parts.messages?.handlers(responder, reply),
        };
    }

    /** Rejects new requests with 503 from now on. Existing calls continue: the desk ends them. */
    stop(): void {
        this.#state = "stopping";
    }

    /**
     * Resolves once the SIP side has no call left, or after that many ms: an INVITE without a provisional response can only be
     * cancelled once one arrives (RFC 3261, section 9.1), and the phone would ring on if the bridge stopped before.
     */
    async drain(withinMs: number): Promise<void> {
        await settlesWithin(this.#parts.calls.over(), withinMs, this.#parts.clock);
    }

    /** Requests from unknown senders that are held without a response. */
    get unanswered(): number {
        return this.#unknown.held;
    }

    /** The connection to the SIP server is gone. `Inheritance` tells the calls. */
    onLost(): void {
        this.#unknown.lost();
    }

    onRequest(request: IncomingRequest): void {
        const dialog = this.#parts.calls.dialogOf(request);
        if (dialog !== undefined) return dialog.handle(request);
        const isNew = request.dialogId === undefined && request.origin === "network";
        if (!isNew) return this.#responder.respond(request, replyOutsideDialog(request));
        const handler = handlerFor(request.method, this.#handlers, this.#otherMethods);
        const sender = this.#senders.identify(request, handler.requires);
        switch (sender.kind) {
            case "peer":
            case "phone":
                return this.#fromKnown(request, sender, handler);
            case "challenged":
                this.#parts.telemetry.dropped("sip", sender.why);
                return this.#responder.respond(request, sender.response);
            case "unknown":
                return this.#unknown.handle(request);
        }
    }

    #fromKnown(request: IncomingRequest, sender: KnownSender, handler: MethodHandler): void {
        if (sender.kind === "peer") this.#parts.availability?.calledFrom(sender.peer.name, request.source.address);
        if (request.method === "ACK") return;
        if (this.#state === "stopping") return this.#rejectStopping(request, sender);
        handler.handle(request, sender);
    }

    #rejectStopping(request: IncomingRequest, sender: KnownSender): void {
        const charging = sender.kind === "peer" ? readNetworkContext(request.headers, sender.peer).charging : undefined;
        const headers = {
            ...chargingHeaders(charging),
            Reason: reasonHeader("serviceUnavailable"),
            "Retry-After": "10",
        };
        this.#responder.respond(request, { status: sipEndingOf("serviceUnavailable").status, headers });
    }

    #refer(request: IncomingRequest, sender: KnownSender): void {
        const response = referOutsideDialog(request, sender, this.#parts.calls);
        if (response === undefined) return;
        this.#parts.log.info("REFER rejected", { status: response.status });
        this.#responder.respond(request, response);
    }

    #register(request: IncomingRequest, sender: KnownSender): void {
        const { phones } = this.#parts;
        if (phones === undefined || sender.kind === "peer") {
            return this.#responder.respond(request, replyOutsideDialog(request));
        }
        void phones.register(sender.account, request, sender.via).then((response) => {
            this.#responder.respond(request, response);
            if (response.status === 200) this.#parts.messages?.onRegistered(sender.account.username);
        });
    }
}
