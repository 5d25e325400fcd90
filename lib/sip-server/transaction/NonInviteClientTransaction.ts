import { serializeMessage } from "../sip/serializeMessage.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { ClientUser } from "./ClientUser.ts";
import {
    type NonInviteClientEvent,
    type NonInviteClientState,
    type NonInviteClientTimer,
    startNonInviteClient,
    stepNonInviteClient,
} from "./nonInviteClient.ts";
import { MachineRunner } from "./MachineRunner.ts";
import type { TransactionContext } from "./TransactionContext.ts";

/** A request we sent, neither INVITE nor ACK, on one flow. */
export class NonInviteClientTransaction {
    readonly request: SipRequest;
    readonly flow: Flow;
    readonly #runner: MachineRunner<
        NonInviteClientState,
        NonInviteClientEvent,
        NonInviteClientTimer,
        Order,
        SipResponse
    >;
    readonly #context: TransactionContext;
    readonly #bytes: Buffer;
    readonly #user: ClientUser;
    #ignoreClose = (): void => undefined;
    #sent = false;

    constructor(request: SipRequest, flow: Flow, user: ClientUser, context: TransactionContext, onOver: () => void) {
        this.request = request;
        this.flow = flow;
        this.#user = user;
        this.#context = context;
        this.#bytes = serializeMessage(request);
        const setting = { timing: context.timing, reliable: flow.reliable };
        this.#runner = new MachineRunner(
            {
                start: startNonInviteClient(setting),
                step: (state: NonInviteClientState, event: NonInviteClientEvent) =>
                    stepNonInviteClient(state, event, setting),
                timerFired: (timer): NonInviteClientEvent => ({ kind: "timer", timer }),
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

    abort(): void {
        this.#runner.abort();
    }

    #perform(order: Order, response: SipResponse | undefined): void {
        switch (order.kind) {
            case "sendRequest":
                if (this.#sent) this.#context.counters.retransmissionsSent += 1;
                this.#sent = true;
                return this.#send(this.#bytes);
            case "deliver":
                if (response !== undefined) this.#user.onResponse(response, this.flow);
                return;
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
    ReturnType<typeof stepNonInviteClient>["actions"][number],
    { readonly kind: "setTimer" | "stopTimer" | "over" }
>;
