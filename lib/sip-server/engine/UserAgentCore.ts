import type { Clock } from "../Clock.ts";
import type { HeaderField } from "../sip/Headers.ts";
import type { SipMessage } from "../sip/SipMessage.ts";
import type { Resolver } from "../resolve/Resolver.ts";
import { CountingClock } from "../transaction/CountingClock.ts";
import { TransactionShares } from "../transaction/TransactionShares.ts";
import { TransactionLayer } from "../transaction/TransactionLayer.ts";
import type { Flow, TransportLayer } from "../transport/SipTransport.ts";
import { transactionOwners } from "./transactionOwners.ts";
import { hasControls } from "../sip/characters.ts";
import { DialogBook } from "./DialogBook.ts";
import { DialogRequests } from "./DialogRequests.ts";
import type { EngineContext, PendingExchange } from "./EngineContext.ts";
import type { EngineCounters, EngineLoad } from "./EngineLoad.ts";
import type { EngineOptions } from "./EngineOptions.ts";
import { InDialogRequests } from "./InDialogRequests.ts";
import { IncomingInvites } from "./IncomingInvites.ts";
import { IncomingRequests } from "./IncomingRequests.ts";
import { LargeRequests } from "./LargeRequests.ts";
import { LostInvites } from "./LostInvites.ts";
import { NewRequests } from "./NewRequests.ts";
import { OutgoingRequests } from "./OutgoingRequests.ts";
import { refuse, type Refused } from "./Refused.ts";
import { ServedRequests } from "./ServedRequests.ts";
import { ServerInvite } from "./ServerInvite.ts";
import { SessionRefresher } from "./SessionRefresher.ts";
import type {
    EngineListener,
    OfLostServer,
    OutgoingRequest,
    OutgoingResponse,
    PendingRequest,
    SentRequest,
    SentResponse,
    SipEngine,
} from "./SipEngine.ts";

/** What an engine runs on. */
export interface UserAgentParts {
    readonly clock: Clock;
    /** Its messages go to the engine from now on. */
    readonly transport: TransportLayer;
    readonly resolver: Resolver;
    readonly listener: EngineListener;
    readonly options: EngineOptions;
}

/** How often a stopping engine looks whether all is over. */
const drainPollMs = 50;

/** The engine: puts its parts together. */
export class UserAgentCore implements SipEngine {
    readonly #clock: CountingClock;
    readonly #context: EngineContext;
    readonly #book: DialogBook;
    readonly #requests: DialogRequests;
    readonly #outgoing: OutgoingRequests;
    readonly #incoming: IncomingRequests;
    readonly #lost: LostInvites;
    readonly #served = new ServedRequests();
    #stopping = false;

    constructor({ clock, transport, resolver, listener, options }: UserAgentParts) {
        this.#clock = new CountingClock(clock);
        const counters = noCounts();
        const shared = { clock: this.#clock, timing: options.timing, transport, counters };
        const transactions: TransactionLayer = new TransactionLayer(
            shared,
            {
                onInvite: (transaction) => this.#incoming.onInvite(transaction),
                onRequest: (transaction) => this.#incoming.onRequest(transaction),
                onCancel: (cancel, invite) => this.#incoming.onCancel(cancel, invite),
                onAck: (ack, flow) => this.#incoming.onAck(ack, flow),
                onStrayResponse: (response, flow) => this.#incoming.onStrayResponse(response, flow),
            },
            new TransactionShares(options.maxServerTransactions, transactionOwners(clock, transport, options)),
        );
        const context = {
            ...shared,
            resolver,
            transactions,
            listener,
            options,
            largeRequests: new LargeRequests(transport, this.#clock),
            exchanges: new Set<PendingExchange>(),
        };
        this.#context = context;
        this.#book = new DialogBook(context, (session) => refresher.watch(session));
        this.#requests = new DialogRequests(context, this.#book);
        this.#outgoing = new OutgoingRequests(context, this.#book, this.#requests);
        this.#lost = new LostInvites(context);
        const refresher = new SessionRefresher(this.#requests, this.#outgoing);
        this.#incoming = new IncomingRequests({
            context,
            book: this.#book,
            invites: new IncomingInvites(context, this.#book, this.#requests, this.#served),
            inDialog: new InDialogRequests(context, this.#book, this.#served),
            fresh: new NewRequests(context, this.#book, this.#served),
            outgoing: this.#outgoing,
        });
        transport.onMessage((message, flow) => {
            context.largeRequests.noteArrival(flow);
            receive(transactions, message, flow);
        });
    }

    send(request: OutgoingRequest): Promise<SentRequest | Refused> {
        if (this.#stopping && request.dialogId === undefined) return Promise.resolve(refuse("stopping"));
        return this.#outgoing.send(request);
    }

    cancel(transactionId: string, headers: readonly HeaderField[]): Promise<SentRequest | Refused> {
        const invite = this.#outgoing.invite(transactionId);
        return Promise.resolve(invite?.cancel(headers) ?? refuse("unknownInvite", transactionId));
    }

    respond(transactionId: string, response: OutgoingResponse): Promise<SentResponse | Refused> {
        const { status, reason = "" } = response;
        if (!Number.isInteger(status) || status < 100 || status > 699 || hasControls(reason)) {
            return Promise.resolve(refuse("badHeader", "status line"));
        }
        const served = this.#served.find(transactionId);
        return Promise.resolve(served?.respond(response) ?? refuse("unknownTransaction"));
    }

    cancelLost(request: OutgoingRequest & OfLostServer): Promise<SentRequest | Refused> {
        return this.#stopping ? Promise.resolve(refuse("stopping")) : this.#lost.cancel(request);
    }

    respondLost(response: OutgoingResponse & OfLostServer): Promise<SentResponse | Refused> {
        return this.#stopping ? Promise.resolve(refuse("stopping")) : this.#lost.respond(response);
    }

    pendingRequest(id: string): PendingRequest | undefined {
        const served = this.#served.find(id)?.request;
        const request = served ?? this.#outgoing.invite(id)?.request;
        if (request === undefined) return undefined;
        const callId = request.headers.get("Call-ID") ?? "";
        return { id, direction: served === undefined ? "outbound" : "inbound", method: request.method, callId };
    }

    isConfirmed(dialogId: string): boolean {
        return this.#book.table.withId(dialogId).some(({ phase }) => phase === "confirmed");
    }

    abandonTransaction(transactionId: string): void {
        const served = this.#served.find(transactionId);
        if (served instanceof ServerInvite) served.refuse(480);
        this.#outgoing.invite(transactionId)?.abandon();
    }

    abandonDialog(dialogId: string): void {
        for (const dialog of this.#book.table.withId(dialogId)) {
            const session = this.#book.sessionOf(dialog);
            for (const key of this.#book.subscriptionsOf(dialog)) this.#book.closeSubscription(dialog, key);
            if (session === undefined) continue;
            session.serverInvite?.refuse(480);
            session.clientInvite?.cancelQuietly();
            if (dialog.phase !== "confirmed") continue;
            const acknowledged = session.awaitsAck?.acknowledge([], Buffer.alloc(0)) ?? Promise.resolve();
            void acknowledged.then(() => this.#requests.bye(dialog, this.#causeOfBye(), "system-initiated"));
        }
    }

    load(): EngineLoad {
        const { exchanges, transactions } = this.#context;
        return {
            transactions: transactions.size,
            dialogs: this.#book.table.size,
            timers: this.#clock.pending,
            pending: this.#served.size + this.#outgoing.size + exchanges.size + transactions.mergeable,
            counters: { ...this.#context.counters },
        };
    }

    async close(graceMs: number): Promise<void> {
        this.#stopping = true;
        this.#incoming.stop();
        this.#outgoing.stop();
        for (const invite of this.#served.unansweredInvites()) invite.refuse(480);
        for (const invite of this.#outgoing.invites()) invite.abandon();
        for (const dialog of this.#book.table) this.abandonDialog(dialog.id);
        await this.#drained(graceMs);
        this.#book.closeAll();
        for (const exchange of [...this.#context.exchanges]) exchange.abort();
        this.#context.transactions.abortAll();
        // Events that are reported in a later turn are reported now.
        await new Promise<void>((resolve) => this.#clock.setTimer(0, resolve));
    }

    #causeOfBye(): "Application gone" | "Server stopping" {
        return this.#stopping ? "Server stopping" : "Application gone";
    }

    /** Waits until every INVITE and BYE we sent has a final response: what lingers after that is only there to absorb repetitions. */
    #drained(graceMs: number): Promise<void> {
        const end = this.#clock.now() + graceMs;
        return new Promise((resolve) => {
            const look = (): void => {
                const idle =
                    this.#book.table.size === 0 &&
                    this.#served.unansweredInvites().length === 0 &&
                    [...this.#context.exchanges].every(({ endsCall }) => endsCall !== true);
                if (idle || this.#clock.now() >= end) resolve();
                else this.#clock.setTimer(Math.min(drainPollMs, Math.max(1, end - this.#clock.now())), look);
            };
            look();
        });
    }
}

function receive(transactions: TransactionLayer, message: SipMessage, flow: Flow): void {
    if (message.kind === "response") transactions.receiveResponse(message, flow);
    else transactions.receiveRequest(message, flow);
}

function noCounts(): EngineCounters {
    return {
        requestsReceived: 0,
        requestsSent: 0,
        responsesReceived: 0,
        responsesSent: 0,
        responsesUndelivered: 0,
        retransmissionsSent: 0,
        retransmissionsAbsorbed: 0,
        straysDropped: 0,
        overloadRefusals: 0,
        timeouts: 0,
        failOvers: 0,
        forksEnded: 0,
    };
}
