import { serializeMessage } from "../sip/serializeMessage.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { ClientUser } from "./ClientUser.ts";
import { composeRefusalAck } from "./composeRefusalAck.ts";
import {
    type InviteClientEvent,
    type InviteClientState,
    type InviteClientTimer,
    startInviteClient,
    stepInviteClient,
} from "./inviteClient.ts";
import { MachineRunner } from "./MachineRunner.ts";
import type { TransactionContext } from "./TransactionContext.ts";

/** An INVITE we sent, on one flow. Acknowledges refusals by itself; the ACK of a 2xx is the user's. */
export class InviteClientTransaction {
    readonly request: SipRequest;
    readonly flow: Flow;
    readonly #runner: MachineRunner<InviteClientState, InviteClientEvent, InviteClientTimer, Order, SipResponse>;
    readonly #context: TransactionContext;
    readonly #bytes: Buffer;
    readonly #user: ClientUser;
    #ignoreClose = (): void => undefined;
    #sent = false;
    #ack: Buffer | undefined;

    /** `begin`: how it starts, sent by this server or by one that is gone. */
    constructor(
        request: SipRequest,
        flow: Flow,
        user: ClientUser,
        context: TransactionContext,
        onOver: () => void,
        begin = startInviteClient,
    ) {
        this.request = request;
        this.flow = flow;
        this.#user = user;
        this.#context = context;
        this.#bytes = serializeMessage(request);
        const setting = { timing: context.timing, reliable: flow.reliable };
        this.#runner = new MachineRunner(
            {
                start: begin(setting),
                step: (state: InviteClientState, event: InviteClientEvent) => stepInviteClient(state, event, setting),
                timerFired: (timer): InviteClientEvent => ({ kind: "timer", timer }),
                perform: (order: Order, response) => this.#perform(order, response),
                over: () => {
                    this.#ignoreClose();
                    onOver();
                    user.onOver();
                },
            },
            context.clock,
        );
    }

    /** True as long as no final response came. */
    get pending(): boolean {
        const { phase } = this.#runner.state;
        return phase === "calling" || phase === "proceeding";
    }

    /** True once a provisional response came: from then on it can be cancelled (RFC 3261 9.1). */
    get proceeding(): boolean {
        return this.#runner.state.phase === "proceeding";
    }

    start(): void {
        this.#runner.start();
        if (!this.over) this.#ignoreClose = this.flow.onClose(() => this.#runner.handle({ kind: "transportFailed" }));
    }

    /** True once its timers are taken back. */
    get over(): boolean {
        return this.#runner.over;
    }

    receive(response: SipResponse): void {
        this.#runner.handle({ kind: "response", status: response.status }, response);
    }

    /** The user sent a CANCEL: from now on the peer has 64*T1 to answer. */
    cancelSent(): void {
        this.#runner.handle({ kind: "cancelSent" });
    }

    /** The user went elsewhere: the INVITE is not retransmitted any more, and responses are reported as before. */
    giveUp(): void {
        this.#runner.handle({ kind: "givenUp" });
    }

    abort(): void {
        this.#runner.abort();
    }

    #perform(order: Order, response: SipResponse | undefined): void {
        switch (order.kind) {
            case "sendRequest":
                if (this.#sent) this.#context.counters.retransmissionsSent += 1;
                this.#sent = true;
                return this.#send(this.#bytes);
            case "sendAck":
                if (this.#ack !== undefined) this.#context.counters.retransmissionsSent += 1;
                else if (response !== undefined)
                    this.#ack = serializeMessage(composeRefusalAck(this.request, response));
                if (this.#ack !== undefined) this.#send(this.#ack);
                return;
            case "deliver":
                if (response !== undefined) this.#user.onResponse(response, this.flow);
                return;
            case "expired":
                return this.#user.onExpired();
            case "timedOut":
                this.#context.counters.timeouts += 1;
                return this.#user.onTimeout();
            case "failed":
                return this.#user.onTransportFailure();
        }
    }

    #send(bytes: Buffer): void {
        this.flow.send(bytes).catch(() => this.#runner.handle({ kind: "transportFailed" }));
    }
}

type Order = Exclude<
    ReturnType<typeof stepInviteClient>["actions"][number],
    { readonly kind: "setTimer" | "stopTimer" | "over" }
>;
