import type { DialPlan } from "../../numbering/DialPlan.ts";
import type { OwnIdentities } from "../identity/OwnIdentities.ts";
import { hostAt } from "../identity/hostAt.ts";
import type { MethodHandler, MethodHandlers } from "../methodHandlers.ts";
import type { Phones } from "../registrar/Phones.ts";
import type { KnownSender } from "../senders/Sender.ts";
import { fromUriOf } from "../identity/fromHeader.ts";
import type { SipResponder } from "../SipResponder.ts";
import type { IncomingRequest } from "../SipStack.ts";
import type { MailboxNotices } from "./MailboxNotices.ts";
import type { MailboxSubscriptions } from "./MailboxSubscriptions.ts";
import type { MessageSender } from "./MessageSender.ts";
import type { MessageServer } from "./MessageServer.ts";

export interface MessageMethodsParts {
    readonly server: MessageServer;
    readonly notices: MailboxNotices;
    readonly subscriptions: MailboxSubscriptions;
    /** The phones of Matrix users, if there are accounts. */
    readonly phones: Pick<Phones, "callerOf" | "routeOf"> | undefined;
    readonly ownIdentities: Pick<OwnIdentities, "screen">;
    readonly dialPlan: Pick<DialPlan, "routeInbound">;
    /** Called when a phone of an account has registered. */
    readonly onRegistered: (account: string) => void;
}

/** The methods outside of dialogs that belong to messaging: MESSAGE, and those of mailboxes. */
export class MessageMethods {
    readonly #parts: MessageMethodsParts;

    constructor(parts: MessageMethodsParts) {
        this.#parts = parts;
    }

    /** Rows of the method table. @param other handles requests that do not belong to messaging */
    handlers(
        responder: Pick<SipResponder, "respond">,
        other: MethodHandler,
    ): Pick<MethodHandlers, "MESSAGE" | "NOTIFY" | "SUBSCRIBE"> {
        const { server, notices, subscriptions } = this.#parts;
        return {
            // RFC 3428
            MESSAGE: {
                requires: "password",
                handle: (request, sender) => {
                    const handled = server.handle(request, this.#senderOf(request, sender), calledUri(request, sender));
                    void handled.then((response) => responder.respond(request, response));
                },
            },
            // PBXs report on mailboxes without credentials
            NOTIFY: {
                requires: "source",
                handle: (request, sender) => {
                    const response = notices.handle(
                        request,
                        this.#senderOf(request, sender),
                        calledUri(request, sender),
                    );
                    if (response === undefined) other.handle(request, sender);
                    else responder.respond(request, response);
                },
            },
            // presence and all other event packages get 489 (RFC 6665, section 4.2.1.1)
            SUBSCRIBE: {
                requires: "password",
                handle: (request, sender) => {
                    if (sender.kind === "phone") subscriptions.handle(request, sender.account.user);
                    else other.handle(request, sender);
                },
            },
        };
    }

    /** A phone has registered: messages that wait for it can be delivered. */
    onRegistered(account: string): void {
        this.#parts.onRegistered(account);
    }

    #senderOf(request: IncomingRequest, sender: KnownSender): MessageSender {
        const { phones, ownIdentities, dialPlan } = this.#parts;
        if (sender.kind === "peer") {
            const { peer } = sender;
            const at = hostAt(request.source.address);
            return {
                from: { kind: "domain" in peer ? "trunk" : "peer", name: peer.name },
                peer,
                screen: (named) => ownIdentities.screen(named, peer.trusted ? "trusted" : "untrusted", at),
                recipientOf: (callees) => dialPlan.routeInbound(callees, peer.name)?.user,
            };
        }
        const { account } = sender;
        const homeHost = fromUriOf(request.headers)?.host;
        return {
            from: { kind: "account", name: account.username },
            peer: { ...account, trusted: false },
            screen: (caller) => ({ kind: "shown", caller }),
            recipientOf: (callees) => {
                const route = phones?.routeOf(callees, account, homeHost);
                return route?.kind === "matrix" ? route.callee : undefined;
            },
            account: { user: account.user, party: phones?.callerOf(account) ?? { kind: "anonymous" } },
        };
    }
}

function calledUri(request: IncomingRequest, sender: KnownSender): string {
    return sender.kind === "peer" ? sender.calledUri : request.uri;
}
