import { type Dialog, dialogIdOf, type Hop } from "../dialog/Dialog.ts";
import { chooseRoute } from "../resolve/chooseTransport.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { type AppHeaders, findUnusable, isToken, readAppHeaders } from "./appHeaders.ts";
import { CallTrace } from "./CallTrace.ts";
import { ClientExchange, type ExchangeOptions } from "./ClientExchange.ts";
import { ClientInvite, type ClientInviteParts } from "./ClientInvite.ts";
import { draftOutOfDialog, type RequestDraft } from "./composeRequest.ts";
import type { DialogBook } from "./DialogBook.ts";
import type { DialogRequests } from "./DialogRequests.ts";
import { draftInDialog } from "./draftInDialog.ts";
import { type EngineContext, newId, newTag } from "./EngineContext.ts";
import { registeredSeconds } from "./bindRegisteredFlows.ts";
import { hopOf } from "./hopOf.ts";
import { knownDialogOf, MakingRequests } from "./MakingRequests.ts";
import { metaOf } from "./metaOf.ts";
import { parseNextHop, requestUri } from "./parseNextHop.ts";
import { RegistrationFlows } from "./RegistrationFlows.ts";
import { refuse, type Refused } from "./Refused.ts";
import type { Session } from "./Session.ts";
import type { OutgoingRequest, SentRequest } from "./SipEngine.ts";

/** Carries out the application's orders to send requests. */
export class OutgoingRequests {
    readonly #context: EngineContext;
    readonly #book: DialogBook;
    readonly #requests: DialogRequests;
    readonly #registrations: RegistrationFlows;
    readonly #making: MakingRequests;
    readonly #invites = new Map<string, ClientInvite>();

    constructor(context: EngineContext, book: DialogBook, requests: DialogRequests) {
        this.#context = context;
        this.#book = book;
        this.#requests = requests;
        this.#making = new MakingRequests(context, book);
        this.#registrations = new RegistrationFlows(context.listener);
    }

    /** The engine stops. */
    stop(): void {
        this.#registrations.stop();
    }

    get size(): number {
        return this.#invites.size + this.#making.size;
    }

    send(order: OutgoingRequest): Promise<SentRequest | Refused> {
        if (!isToken(order.method) || order.method === "CANCEL") {
            return Promise.resolve(refuse("badHeader", "method"));
        }
        if (order.dialogId !== undefined) return this.#sendInDialog(order, this.#book.table.withId(order.dialogId));
        if (order.method === "ACK") return Promise.resolve(refuse("ackIsOurs"));
        if (order.method === "PRACK") return Promise.resolve(refuse("unknownDialog"));
        return this.#sendOutside(order);
    }

    /** The INVITE we sent with that id, if it still waits for something. */
    invite(transactionId: string): ClientInvite | undefined {
        return this.#invites.get(transactionId);
    }

    invites(): readonly ClientInvite[] {
        return [...this.#invites.values()];
    }

    /** The requests that may still make dialogs. */
    get making(): Pick<MakingRequests, "has" | "dialogOfNotify"> {
        return this.#making;
    }

    /** Refreshes a session by a re-INVITE of the engine's own with the description it has; `answered` receives the final response. */
    reinvite(session: Session, headers: AppHeaders, answered: (response: SipResponse) => void): void {
        const body = session.description?.body ?? Buffer.alloc(0);
        const deliver = (invite: ClientInvite, response: SipResponse): void => {
            if (response.status < 200) return;
            if (response.status < 300) void invite.acknowledge([], Buffer.alloc(0));
            answered(response);
        };
        void this.#startReinvite(session, { method: "INVITE", body }, headers, deliver);
    }

    async #sendInDialog(order: OutgoingRequest, dialogs: readonly Dialog[]): Promise<SentRequest | Refused> {
        const sessions = dialogs.flatMap((dialog) => this.#book.sessionOf(dialog) ?? []);
        if (order.method === "ACK") {
            const waiting = sessions.find((session) => session.awaitsAck !== undefined)?.awaitsAck;
            return waiting === undefined ? refuse("ackIsOurs") : waiting.acknowledge(order.headers, order.body);
        }
        const dialog =
            order.method === "PRACK"
                ? dialogs.find((each) => this.#book.sessionOf(each)?.latestInvite?.owesPrack(each) === true)
                : (dialogs.find((each) => each.phase === "confirmed") ?? dialogs.at(-1));
        if (dialog === undefined) return refuse("unknownDialog");
        // who is called refuses the INVITE (RFC 3261 15)
        if (order.method === "BYE" && dialog.role === "uas" && dialog.phase === "early") return refuse("unknownDialog");
        if (order.method !== "INVITE") return this.#requests.send(dialog, order);
        const session = this.#book.sessionOf(dialog);
        if (session === undefined || session.phase === "ending") return refuse("unknownDialog");
        const headers = readAppHeaders(order.headers, order.body);
        if ("kind" in headers) return headers;
        return this.#startReinvite(session, order, headers, (invite, response, flow) =>
            this.#notify(invite.transactionId, invite.request, response, flow),
        );
    }

    async #startReinvite(
        session: Session,
        order: { readonly method: string; readonly body: Buffer },
        headers: AppHeaders,
        deliver: (invite: ClientInvite, response: SipResponse, flow: Flow) => void,
    ): Promise<SentRequest | Refused> {
        const { dialog, trace } = session;
        const turn = session.inviteTurn();
        if (turn === undefined) return refuse("dialogBusy");
        await turn;
        return dialog.inOrder(async () => {
            if (dialog.phase === "ended" || session.phase === "ending") {
                session.inviteAnswered(undefined);
                return refuse("unknownDialog");
            }
            const draft = draftInDialog(dialog, order, headers, dialog.nextCSeq());
            const invite = this.#makeInvite(draft, { trace, deliver, dialog });
            session.inviteStarted(invite);
            const sent = await this.#launch(invite, hopOf(dialog, this.#context), dialog.id);
            if (sent.kind === "refused") session.inviteAnswered(undefined);
            else dialog.localContact = sent.message.headers.get("Contact") ?? dialog.localContact;
            return sent;
        });
    }

    async #sendOutside(order: OutgoingRequest): Promise<SentRequest | Refused> {
        const headers = readAppHeaders(order.headers, order.body);
        if ("kind" in headers) return headers;
        const unusable = findUnusable(headers);
        if (unusable !== undefined) return refuse("badHeader", unusable);
        const uri = requestUri(order.uri);
        if (uri === undefined) return refuse("badUri", order.uri);
        const nextHop = parseNextHop(order.nextHop ?? order.uri);
        if (nextHop === undefined) return refuse("badUri", order.nextHop ?? order.uri);
        const { transport } = this.#context;
        const route = chooseRoute(nextHop, () => true);
        if (route.kind === "direct" && transport.isLocal(route)) return refuse("toMyself");
        const making = ["INVITE", "SUBSCRIBE", "REFER"].includes(order.method);
        if (making && this.#book.full) return refuse("overloaded");
        const made = { callId: newId(), fromTag: newTag(), cseq: 1 + Math.floor(Math.random() * 1_000_000) };
        const draft = draftOutOfDialog({ ...order, uri }, headers, made);
        const hop: Hop = { kind: "uri", routed: { uri, routes: [], nextHop } };
        if (order.method === "INVITE") return this.#startInvite(draft, hop, order);
        return this.#startRequest(draft, hop, making, order);
    }

    async #startInvite(draft: RequestDraft, hop: Hop, options: ExchangeOptions): Promise<SentRequest | Refused> {
        const trace = new CallTrace(this.#context.listener, "uac");
        const deliver: ClientInviteParts["deliver"] = (each, response, flow) =>
            this.#notify(each.transactionId, each.request, response, flow);
        const invite = this.#makeInvite(draft, {
            trace,
            deliver,
            options,
        });
        const id = dialogIdOf(draft.callId, draft.fromTag);
        const { transactionId, exchange } = invite;
        this.#making.add(id, { transactionId, exchange, method: "INVITE" });
        const sent = await this.#launch(invite, hop, id);
        if (sent.kind === "refused") this.#making.remove(id, exchange);
        else trace.attempt(sent.message, sent.meta);
        return sent;
    }

    #makeInvite(
        draft: RequestDraft,
        parts: Pick<ClientInviteParts, "trace" | "deliver" | "dialog" | "options">,
    ): ClientInvite {
        const id = dialogIdOf(draft.callId, draft.fromTag);
        return new ClientInvite(draft, {
            context: this.#context,
            book: this.#book,
            requests: this.#requests,
            ...parts,
            onOver: (invite) => {
                this.#invites.delete(invite.transactionId);
                this.#making.remove(id, invite.exchange);
            },
        });
    }

    async #launch(invite: ClientInvite, hop: Hop, dialogId: string): Promise<SentRequest | Refused> {
        this.#invites.set(invite.transactionId, invite);
        const departure = await invite.exchange.start(hop);
        if (departure.kind === "refused") {
            this.#invites.delete(invite.transactionId);
            return departure;
        }
        const { request, flow } = departure;
        const { transactionId } = invite;
        return { kind: "sent", transactionId, dialogId, message: request, meta: metaOf(flow, "application") };
    }

    async #startRequest(
        draft: RequestDraft,
        hop: Hop,
        making: boolean,
        options: ExchangeOptions,
    ): Promise<SentRequest | Refused> {
        const transactionId = newId();
        const id = dialogIdOf(draft.callId, draft.fromTag);
        let forget = (): void => this.#making.remove(id, exchange);
        const exchange = new ClientExchange(
            draft,
            {
                onResponse: (response, flow) => {
                    if (response.status === 100) return;
                    if (making && response.status >= 200 && response.status < 300) {
                        forget = () => undefined;
                        this.#making.removeLater(id, exchange);
                    }
                    if (response.status >= 200) forget();
                    if (draft.method === "REGISTER" && isSuccess(response)) {
                        this.#context.transport.rememberSender(flow, registeredSeconds(response));
                        const register = exchange.departure?.request;
                        if (register !== undefined) this.#registrations.registered(register, response, flow);
                    }
                    const request = exchange.departure?.request;
                    if (making && request !== undefined) this.#making.answered(request, response, flow);
                    this.#notify(transactionId, request, response, flow);
                },
                onExpired: () => undefined,
                onOver: () => forget(),
            },
            this.#context,
            options,
        );
        if (making) this.#making.add(id, { transactionId, exchange, method: draft.method });
        const departure = await exchange.start(hop);
        if (departure.kind === "refused") {
            forget();
            return departure;
        }
        const { request, flow } = departure;
        const meta = metaOf(flow, "application");
        return { kind: "sent", transactionId, ...(making ? { dialogId: id } : {}), message: request, meta };
    }

    #notify(transactionId: string, request: SipRequest | undefined, message: SipResponse, flow: Flow): void {
        const dialog = request === undefined ? undefined : knownDialogOf(this.#book, request, message);
        const meta = metaOf(flow, "network");
        const event = { transactionId, message, meta, ...(dialog === undefined ? {} : { dialogId: dialog.id }) };
        this.#context.listener.onResponse(event);
    }
}

function isSuccess({ status }: SipResponse): boolean {
    return status >= 200 && status < 300;
}
