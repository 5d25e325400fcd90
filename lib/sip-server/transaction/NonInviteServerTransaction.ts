import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { composeResponse } from "./composeResponse.ts";
import { MachineRunner } from "./MachineRunner.ts";
import {
    type NonInviteServerEvent,
    type NonInviteServerState,
    type NonInviteServerTimer,
    startNonInviteServer,
    stepNonInviteServer,
} from "./nonInviteServer.ts";
import type { TransactionContext } from "./TransactionContext.ts";

/** Who answers a request other than INVITE. */
export interface NonInviteServerUser {
    /** The transaction is over and its timers are taken back. `answered` is false if its client gave up before. */
    onOver(answered: boolean): void;
}

/** A request we received, neither INVITE nor ACK. */
export class NonInviteServerTransaction {
    readonly request: SipRequest;
    readonly flow: Flow;
    readonly #runner: MachineRunner<
        NonInviteServerState,
        NonInviteServerEvent,
        NonInviteServerTimer,
        Order,
        SipResponse
    >;
    readonly #context: TransactionContext;
    #user: NonInviteServerUser | undefined;
    #last: SipResponse | undefined;

    constructor(request: SipRequest, flow: Flow, context: TransactionContext, onOver: () => void) {
        this.request = request;
        this.flow = flow;
        this.#context = context;
        const setting = { timing: context.timing, reliable: flow.reliable };
        this.#runner = new MachineRunner(
            {
                start: startNonInviteServer(setting),
                step: (state: NonInviteServerState, event: NonInviteServerEvent) =>
                    stepNonInviteServer(state, event, setting),
                timerFired: (timer): NonInviteServerEvent => ({ kind: "timer", timer }),
                perform: (order: Order, response) => this.#perform(order, response),
                over: () => {
                    onOver();
                    this.#user?.onOver((this.#last?.status ?? 0) >= 200);
                },
            },
            context.clock,
        );
        this.#runner.start();
    }

    /** True as long as no final response was sent and the client still waits for one. */
    get pending(): boolean {
        const { phase } = this.#runner.state;
        return phase === "trying" || phase === "proceeding";
    }

    serve(user: NonInviteServerUser): void {
        this.#user = user;
    }

    /** Sends the final response, if none was sent before. */
    respond(response: SipResponse): void {
        this.#runner.handle({ kind: "respond" }, response);
    }

    /** The request again. */
    receiveAgain(): void {
        this.#context.counters.retransmissionsAbsorbed += 1;
        this.#runner.handle({ kind: "request" });
    }

    abort(): void {
        this.#runner.abort();
    }

    #perform(order: Order, response: SipResponse | undefined): void {
        switch (order.kind) {
            case "sendTrying":
                return this.#send(composeResponse(this.request, { status: 100 }));
            case "sendResponse":
                if (response !== undefined) this.#send(response);
                return;
            case "resend":
                if (this.#last === undefined) return;
                this.#context.counters.retransmissionsSent += 1;
                return this.#deliver(this.#last);
            case "silent":
                return;
        }
    }

    #send(response: SipResponse): void {
        this.#last = response;
        this.#context.counters.responsesSent += 1;
        this.#deliver(response);
    }

    #deliver(response: SipResponse): void {
        this.#context.transport.respond(response, this.flow).catch(() => {
            this.#context.counters.responsesUndelivered += 1;
        });
    }
}

type Order = Exclude<
    ReturnType<typeof stepNonInviteServer>["actions"][number],
    { readonly kind: "setTimer" | "stopTimer" | "over" }
>;
