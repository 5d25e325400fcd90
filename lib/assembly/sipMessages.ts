import type { Config } from "../config/Config.generated.ts";
import { registrarRealm } from "../config/registrarRealm.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import { localpartOf, serverOf, type MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import { parseSipAddress } from "../numbering/SipAddress.ts";
import type { FileLinks } from "../ports/FileLinks.ts";
import type { TypingSink } from "../ports/TypingSink.ts";
import type { SipEnvironment } from "../sip/SipEnvironment.ts";
import type { OwnIdentities } from "../sip/identity/OwnIdentities.ts";
import { MailboxNotices } from "../sip/message/MailboxNotices.ts";
import { MailboxSubscriptions } from "../sip/message/MailboxSubscriptions.ts";
import { MessageClient } from "../sip/message/MessageClient.ts";
import { MessageMethods } from "../sip/message/MessageMethods.ts";
import { MessageServer, type MessageServerParts } from "../sip/message/MessageServer.ts";
import { SipMessageCarrier } from "../sip/message/SipMessageCarrier.ts";
import { SipTyping } from "../sip/message/SipTyping.ts";
import type { Phones } from "../sip/registrar/Phones.ts";
import type { SipTrunk } from "../sip/SipTrunk.ts";
import type { TrunkHealth } from "../sip/trunk/TrunkHealth.ts";
import type { Log } from "../ports/Log.ts";
import type { Messaging } from "./openMessages.ts";

/** What the SIP side of messaging is built with. */
export interface SipMessageParts {
    readonly messaging: Messaging;
    /** Shows Matrix users that a party is typing. */
    readonly typingToMatrix: TypingSink;
    readonly links: FileLinks | undefined;
}

/** The SIP side of messaging. */
export interface SipMessages {
    readonly methods: MessageMethods;
    readonly carrier: SipMessageCarrier;
    readonly typing: TypingSink;
}

/** Builds the SIP side of messaging. Does no I/O. */
export function sipMessagesOf(
    config: Config,
    { messaging, typingToMatrix, links }: SipMessageParts,
    sip: {
        readonly environment: SipEnvironment & { readonly log: Log };
        readonly trunks: readonly SipTrunk[];
        readonly availability: TrunkHealth;
        readonly phones: Phones | undefined;
        readonly dialPlan: Pick<DialPlan, "routeInbound">;
        readonly ownIdentities: OwnIdentities;
    },
): SipMessages {
    const { delivery, features, routing, telemetry } = messaging;
    const { environment, trunks, availability, phones } = sip;
    const { clock, log, stack, userAgent } = environment;
    const realm = registrarRealm(config);
    const client = new MessageClient(stack, clock);
    const common = { client, trunks, features, routing, clock, log, realm, userAgent };
    const notices: MailboxNotices = new MailboxNotices({
        intake: delivery,
        clock,
        onChange: (user) => subscriptions.changed(user),
    });
    const subscriptions = new MailboxSubscriptions({ ...environment, mailboxes: notices });
    const server = new MessageServer({
        ...limitsOf(config),
        intake: delivery,
        typing: config.messaging.typing ? typingToMatrix : undefined,
        routing,
        features,
        telemetry,
        clock,
        log,
    });
    const onRegistered = (account: string): void => wakeMessagesFor(account, messaging);
    return {
        methods: new MessageMethods({ ...sip, server, notices, subscriptions, onRegistered }),
        carrier: new SipMessageCarrier({
            ...common,
            availability,
            links,
            phonesOf: (account, { user, party, direction }) =>
                // a phone is written to by whom it wrote to
                phones?.phonesOf(account, direction === "outbound" ? party : asParty(user)) ?? [],
        }),
        typing: new SipTyping(common),
    };
}

function limitsOf({
    messaging: { perMinute, burst, maxBytes, block, blockedSenders },
}: Config): Pick<MessageServerParts, "limit" | "maxBytes" | "blocked" | "blockedAnswer"> {
    return { limit: { perMinute, burst }, maxBytes, blocked: block, blockedAnswer: blockedSenders };
}

/** A phone of the account has registered: what waits for it is sent now. */
function wakeMessagesFor(account: string, { delivery, routing }: Messaging): void {
    delivery.recipientAvailable(({ direction, user, party }) => {
        const route = direction === "outbound" ? routing.routeOf(user, party) : undefined;
        return route?.kind === "phones" && route.phones.some((phone) => phone.account === account);
    });
}

function asParty(user: MatrixUserId): RemoteParty {
    const address = parseSipAddress(`${localpartOf(user)}@${serverOf(user)}`);
    return address === undefined ? { kind: "anonymous" } : { kind: "address", address };
}
