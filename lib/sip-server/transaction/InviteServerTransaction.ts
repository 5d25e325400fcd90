import type { SipMessage, SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import {
    type InviteServerEvent,
    type InviteServerState,
    type InviteServerTimer,
    startInviteServer,
    stepInviteServer,
} from "./inviteServer.ts";
import { MachineRunner } from "./MachineRunner.ts";
import type { TransactionContext } from "./TransactionContext.ts";

/** Who answers an INVITE. */
export interface InviteServerUser {
    /** An ACK with the INVITE's branch after a 2xx: a client of RFC 2543, or one that does not make a new branch. */
    onAck(ack: SipRequest, flow: Flow): void;
    /** The application answered nothing, or rings for too long: answer now. */
    onSilent(): void;
    /** The transaction is over and its timers are taken back. */
    onOver(): void;
}

/** An INVITE we received. Repeats its refusal until the ACK; a 2xx is repeated by the user, who also waits for its ACK. */
export class InviteServerTransaction {
    readonly flow: Flow;
    readonly #runner: MachineRunner<InviteServerState, InviteServerEvent, InviteServerTimer, Order, SipMessage>;
    readonly #context: TransactionContext;
    #user: InviteServerUser | undefined;
    /** Undefined once the user needs no messages any more. */
    #request: SipRequest | undefined;
    #last: SipResponse | undefined;

    constructor(request: SipRequest, flow: Flow, context: TransactionContext, onOver: () => void) {
        this.#request = request;
        this.flow = flow;
        this.#context = context;
        const setting = { timing: context.timing, reliable: flow.reliable };
        this.#runner = new MachineRunner(
            {
                start: startInviteServer(setting),
                step: (state: InviteServerState, event: InviteServerEvent) => stepInviteServer(state, event, setting),
                timerFired: (timer): InviteServerEvent => ({ kind: "timer", timer }),
                perform: (order: Order, message) => this.#perform(order, message),
                over: () => {
                    onOver();
                    this.#user?.onOver();
                },
            },
            context.clock,
        );
        this.#runner.start();
    }

    /** Must not be read after `acknowledged`. */
    get request(): SipRequest {
        if (this.#request === undefined) throw new Error("the INVITE is read after its ACK");
        return this.#request;
    }

    /**
     * The 2xx has its ACK. The transaction stays for 32 s more to absorb copies of both (RFC 6026 7.1), which is longer than many
     * a call lasts, and needs no message for that.
     */
    acknowledged(): void {
        this.#request = undefined;
        this.#last = undefined;
    }

    /** True as long as no final response was sent. */
    get pending(): boolean {
        return this.#runner.state.phase === "proceeding";
    }

    serve(user: InviteServerUser): void {
        this.#user = user;
    }

    /** Sends a response if the state still allows it: after the final one only 2xx after 2xx. */
    respond(response: SipResponse): void {
        this.#runner.handle({ kind: "respond", status: response.status }, response);
    }

    /** The INVITE again. */
    receiveAgain(): void {
        this.#context.counters.retransmissionsAbsorbed += 1;
        this.#runner.handle({ kind: "request" });
    }

    receiveAck(ack: SipRequest): void {
        this.#runner.handle({ kind: "ack" }, ack);
    }

    abort(): void {
        this.#runner.abort();
    }

    #perform(order: Order, message: SipMessage | undefined): void {
        switch (order.kind) {
            case "sendResponse":
                if (message?.kind !== "response") return;
                this.#last = message;
                this.#context.counters.responsesSent += 1;
                return this.#send(message);
            case "resend":
                if (this.#last === undefined) return;
                this.#context.counters.retransmissionsSent += 1;
                return this.#send(this.#last);
            case "deliverAck":
                if (message?.kind === "request") this.#user?.onAck(message, this.flow);
                return;
            case "silent":
                return this.#user?.onSilent();
        }
    }

    /** Lost responses are what retransmission is for: a failed send only counts (RFC 6026 8.9). */
    #send(response: SipResponse): void {
        this.#context.transport.respond(response, this.flow).catch(() => {
            this.#context.counters.responsesUndelivered += 1;
        });
    }
}

type Order = Exclude<
    ReturnType<typeof stepInviteServer>["actions"][number],
    { readonly kind: "setTimer" | "stopTimer" | "over" }
>;
