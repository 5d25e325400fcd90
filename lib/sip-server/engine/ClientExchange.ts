import type { CancelTimer } from "../Clock.ts";
import type { Hop } from "../dialog/Dialog.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { parseSipUri, type SipUri } from "../sip/SipUri.ts";
import type { ClientUser } from "../transaction/ClientUser.ts";
import { composeResponse } from "../transaction/composeResponse.ts";
import { InviteClientTransaction } from "../transaction/InviteClientTransaction.ts";
import type { NonInviteClientTransaction } from "../transaction/NonInviteClientTransaction.ts";
import { newBranch } from "../transaction/TransactionLayer.ts";
import type { Flow, Target } from "../transport/SipTransport.ts";
import { composeRequest, type RequestDraft } from "./composeRequest.ts";
import { type EngineContext, newTag } from "./EngineContext.ts";
import { registeredKey } from "./flowKey.ts";
import { refuse, type Refused } from "./Refused.ts";
import { type LateListener, ResponseTimeout } from "./ResponseTimeout.ts";
import type { OutgoingRequest } from "./SipEngine.ts";
import { SilenceInquiry } from "./SilenceInquiry.ts";
import { transportWarning, describeUnreachable } from "./transportWarning.ts";
import { unreachedFlow } from "./unreachedFlow.ts";

/** Who sent the request of an exchange. Never called before the start has resolved. */
export interface ExchangeUser {
    /** As of {@link ClientUser.onResponse}; a final one is also made up for silence (408) and lost transport (503): `local`. */
    onResponse(response: SipResponse, flow: Flow, origin: "network" | "local"): void;
    onExpired(): void;
    /** An INVITE left its target because it did not respond. Returns the handler of later responses of that target. */
    onGivenUp?(transaction: InviteClientTransaction): LateListener;
    /** No response will come any more. */
    onOver(): void;
}

export type ExchangeOptions = Pick<OutgoingRequest, "responseTimeoutMs" | "webSocketPath">;

/** A request that left, and the flow it took. */
export interface Departure {
    readonly kind: "departed";
    readonly request: SipRequest;
    readonly flow: Flow;
}

/** How far an exchange got. */
type Progress =
    /** Silence, a lost transport and 503 lead to the next target. */
    | { readonly kind: "free" }
    /** A response above 100 came, or a CANCEL was ordered: what fails now is not tried elsewhere. */
    | { readonly kind: "committed" }
    /** The last target failed, and the flow to the next one is being opened. */
    | { readonly kind: "moving"; readonly then: "free" | "committed" }
    /** The user has got a final response, or is about to. */
    | { readonly kind: "settled" }
    | { readonly kind: "aborted" }
    /** No response will come any more, and the user was notified. */
    | { readonly kind: "over" };

/** How long a response made by us waits: applications must have learned that the request was sent. */
const localResponseDelay = 10;

/**
 * One request on its way, by one target after another (RFC 3263 4.3): each is a transaction of its own, with a branch of
 * its own. Silence, a lost transport and 503 lead to the next, until a response above 100 arrives.
 */
export class ClientExchange {
    readonly #draft: RequestDraft;
    readonly #user: ExchangeUser;
    readonly #context: EngineContext;
    readonly #options: ExchangeOptions;
    readonly #targets: Target[] = [];
    #target: Target | undefined;
    #transaction: InviteClientTransaction | NonInviteClientTransaction | undefined;
    #departure: Departure | undefined;
    #progress: Progress = { kind: "free" };
    /** Opens the flow to a target: large requests may go by TCP if the URI names no transport. */
    #open: (target: Target) => Promise<Flow> = (target) => this.#context.transport.open(target);
    /** Why the last target could not be reached. */
    #trouble: string | undefined;
    /** Finds out whether the target is there at all while it keeps silent. */
    #inquiry: SilenceInquiry | undefined;
    #cancelDelay: CancelTimer | undefined;

    /** `order`: of an `OutgoingRequest`. */
    constructor(draft: RequestDraft, user: ExchangeUser, context: EngineContext, order: ExchangeOptions = {}) {
        this.#draft = draft;
        this.#user = user;
        this.#context = context;
        this.#options = order;
    }

    /** The transaction under way; undefined before the start and if no target could be reached. */
    get transaction(): InviteClientTransaction | NonInviteClientTransaction | undefined {
        return this.#transaction;
    }

    get departure(): Departure | undefined {
        return this.#departure;
    }

    /** As of a `PendingExchange`. */
    get endsCall(): boolean {
        return this.#isOpen && (this.#draft.method === "INVITE" || this.#draft.method === "BYE");
    }

    /** A CANCEL was ordered: what fails now is not tried elsewhere. */
    stay(): void {
        if (this.#progress.kind === "free") this.#progress = { kind: "committed" };
        if (this.#progress.kind === "moving") this.#progress = { kind: "moving", then: "committed" };
    }

    /** True until there is a final response. */
    get #isOpen(): boolean {
        const { kind } = this.#progress;
        return kind === "free" || kind === "committed" || kind === "moving";
    }

    /** A method, because the compiler assumes that the state is unchanged after an await. */
    #isAborted(): boolean {
        return this.#progress.kind === "aborted" || this.#progress.kind === "over";
    }

    /** Sends it. Resolves after it was sent, or after no target could be reached, which is then reported as a 503. Call once. */
    async start(hop: Hop): Promise<Departure | Refused> {
        this.#context.exchanges.add(this);
        if (hop.kind === "flow" && !hop.flow.closed) return this.#depart(hop.flow);
        const uri = hop.kind === "uri" ? hop.routed.nextHop : parseSipUri(this.#draft.uri);
        const started = uri === undefined ? refuse("badUri", this.#draft.uri) : await this.#startTowards(uri);
        if (started.kind === "refused") this.#context.exchanges.delete(this);
        return started;
    }

    /** Ends it without a response: the server stops. */
    abort(): void {
        if (this.#progress.kind !== "over") this.#progress = { kind: "aborted" };
        this.#cancelDelay?.();
        this.#cancelDelay = undefined;
        this.#transaction?.abort();
        this.#finish();
    }

    async #startTowards(uri: SipUri): Promise<Departure | Refused> {
        const registered = this.#context.transport.flowFor(registeredKey(uri));
        if (registered !== undefined && !registered.closed) return this.#depart(registered);
        const resolution = await this.#context.resolver.resolve(uri);
        const { webSocketPath: path } = this.#options;
        const withPath = (target: Target): Target => (path === undefined ? target : { ...target, path });
        if (resolution.ok) this.#targets.push(...resolution.targets.map(withPath));
        else this.#trouble = resolution.reason;
        if (!uri.params.has("transport")) {
            this.#open = (target) => this.#context.largeRequests.open(this.#draft, target);
        }
        const departure = await this.#departByNext();
        if (departure !== undefined) return departure;
        const nowhere = this.#nowhere(resolution.ok ? resolution.targets[0] : undefined);
        if (nowhere === undefined) return refuse("noTransport");
        this.#departure = nowhere;
        this.#answerLocally(503);
        return nowhere;
    }

    async #departByNext(): Promise<Departure | undefined> {
        for (let target = this.#targets.shift(); target !== undefined; target = this.#targets.shift()) {
            try {
                const flow = await this.#open(target);
                if (this.#isAborted()) return undefined;
                this.#target = target;
                return this.#depart(flow);
            } catch (error) {
                this.#trouble = describeUnreachable(error);
                this.#context.resolver.reportFailure(target);
            }
        }
        return undefined;
    }

    #depart(flow: Flow): Departure {
        const request = composeRequest(this.#draft, flow, newBranch());
        const { transactions, transport, clock } = this.#context;
        this.#departure = { kind: "departed", request, flow };
        this.#inquiry?.stop();
        this.#inquiry = new SilenceInquiry({ clock, ask: () => transport.whySilent(flow) });
        const user = this.#impatient(this.#transactionUser());
        this.#transaction =
            request.method === "INVITE"
                ? transactions.startInvite(request, flow, user)
                : transactions.startRequest(request, flow, user);
        return this.#departure;
    }

    /** As `user`, but for silence. */
    #impatient(user: ClientUser): ClientUser {
        const ms = this.#options.responseTimeoutMs;
        if (ms === undefined) return user;
        return new ResponseTimeout({ user, clock: this.#context.clock, ms, onSilence: () => this.#giveUp(user) });
    }

    /** The target has kept silent for too long: the next one, if any, while this one may answer yet. */
    #giveUp(user: ClientUser): LateListener {
        const transaction = this.#transaction;
        const late = transaction instanceof InviteClientTransaction && this.#user.onGivenUp?.(transaction);
        if (late) transaction.giveUp();
        user.onTimeout();
        // nothing comes to be of another request, however late it is answered
        if (!late) transaction?.abort();
        return late || (() => undefined);
    }

    #transactionUser(): ClientUser {
        const target = this.#target;
        const failed = (status: 408 | 503): void => {
            if (target !== undefined) this.#context.resolver.reportFailure(target);
            if (!this.#moveOn()) this.#answerLocally(status);
        };
        return {
            onResponse: (response, flow) => {
                this.#inquiry?.stop();
                if (response.status === 503 && this.#isOpen && target !== undefined) {
                    this.#context.resolver.reportFailure(target);
                    if (this.#moveOn()) return;
                } else if (target !== undefined && this.#isOpen) {
                    this.#context.resolver.reportSuccess(target);
                }
                if (response.status > 100) this.stay();
                if (response.status >= 200) this.#settle();
                this.#user.onResponse(response, flow, "network");
            },
            onTimeout: () => {
                this.#trouble = this.#inquiry?.outcome;
                failed(this.#trouble === undefined ? 408 : 503);
            },
            onTransportFailure: () => {
                this.#trouble = "connection lost";
                failed(503);
            },
            onExpired: () => this.#user.onExpired(),
            onOver: () => this.#finish(),
        };
    }

    /** True if there is another target: it is tried from now on. */
    #moveOn(): boolean {
        if (this.#progress.kind !== "free" || this.#targets.length === 0) return false;
        this.#progress = { kind: "moving", then: "free" };
        this.#context.counters.failOvers += 1;
        void this.#departByNext().then((departure) => {
            if (this.#progress.kind !== "moving") return;
            this.#progress = { kind: this.#progress.then };
            if (departure === undefined) this.#answerLocally(503);
        });
        return true;
    }

    #answerLocally(status: 408 | 503): void {
        const departure = this.#departure;
        if (departure === undefined || !this.#isOpen) return;
        this.#settle();
        this.#cancelDelay = this.#context.clock.setTimer(localResponseDelay, () => {
            this.#cancelDelay = undefined;
            const why = status === 503 ? this.#trouble : undefined;
            const headers = why === undefined ? [] : [transportWarning(why, departure.flow)];
            const response = composeResponse(departure.request, { status, toTag: newTag(), headers });
            this.#user.onResponse(response, departure.flow, "local");
            this.#finish();
        });
    }

    #settle(): void {
        if (this.#isOpen) this.#progress = { kind: "settled" };
    }

    #finish(): void {
        const live = this.#transaction?.over === false;
        const hasEnded = this.#progress.kind === "settled" || this.#progress.kind === "aborted";
        if (!hasEnded || live || this.#cancelDelay !== undefined) return;
        this.#progress = { kind: "over" };
        this.#inquiry?.stop();
        this.#context.exchanges.delete(this);
        this.#user.onOver();
    }

    /** What a request shows that went nowhere: it never got as far as a flow. */
    #nowhere(target: Target | undefined): Departure | undefined {
        const { transport } = this.#context;
        const binding = transport.bindings[0];
        if (binding === undefined) return undefined;
        const meant = target ?? { protocol: binding.protocol, address: "0.0.0.0", port: 0 };
        const sentBy = transport.localAddressFor(meant) ?? { host: binding.address, port: binding.port };
        const flow = unreachedFlow(meant, sentBy);
        return { kind: "departed", request: composeRequest(this.#draft, flow, newBranch()), flow };
    }
}
