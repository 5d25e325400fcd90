import { TransactionShares } from "../../../lib/sip-server/transaction/TransactionShares.ts";
import { Headers } from "../../../lib/sip-server/sip/Headers.ts";
import type { SipRequest, SipResponse } from "../../../lib/sip-server/sip/SipMessage.ts";
import type { EngineCounters } from "../../../lib/sip-server/engine/EngineLoad.ts";
import type { ClientUser } from "../../../lib/sip-server/transaction/ClientUser.ts";
import type { InviteServerTransaction } from "../../../lib/sip-server/transaction/InviteServerTransaction.ts";
import type { NonInviteServerTransaction } from "../../../lib/sip-server/transaction/NonInviteServerTransaction.ts";
import { standardTiming } from "../../../lib/sip-server/transaction/timing.ts";
import {
    newBranch,
    TransactionLayer,
    type TransactionUser,
} from "../../../lib/sip-server/transaction/TransactionLayer.ts";
import type { Flow } from "../../../lib/sip-server/transport/SipTransport.ts";
import { FakeClock } from "./FakeClock.ts";
import { MemoryNetwork, type MemoryTransport, titleOf } from "./MemoryNetwork.ts";

/** One host: its transactions, and all its user was told, in order. */
export interface Party {
    readonly layer: TransactionLayer;
    readonly transport: MemoryTransport;
    readonly counters: EngineCounters;
    readonly told: string[];
    /** What the user does with a new INVITE, CANCEL or other request; nothing unless set. */
    onInvite: (transaction: InviteServerTransaction) => void;
    onRequest: (transaction: NonInviteServerTransaction) => void;
    onCancel: TransactionUser["onCancel"];
}

/** Two hosts with transactions and nothing above them, `192.0.2.1` asking and `192.0.2.2` answering, under a fake clock. */
export class TransactionPair {
    readonly clock = new FakeClock();
    readonly network = new MemoryNetwork(this.clock);
    readonly client: Party;
    readonly server: Party;

    constructor(protocol: "udp" | "tcp" = "udp", maxServerTransactions = 100) {
        this.client = this.#party("192.0.2.1", protocol, maxServerTransactions);
        this.server = this.#party("192.0.2.2", protocol, maxServerTransactions);
    }

    /** The client's flow to the server. */
    get flow(): Flow & { close(): void } {
        return this.client.transport.flowTo({ address: "192.0.2.2", port: 5060 });
    }

    /** Sends a request of that method in a transaction of its own; what is reported to its user goes into the client's `told`. */
    ask(request: SipRequest): { readonly over: boolean } {
        const { layer, told } = this.client;
        const user: ClientUser = {
            onResponse: (response) => told.push(titleOf(response)),
            onTimeout: () => told.push("timeout"),
            onTransportFailure: () => told.push("failure"),
            onExpired: () => told.push("expired"),
            onOver: () => told.push("over"),
        };
        if (request.method === "INVITE") return layer.startInvite(request, this.flow, user);
        return layer.startRequest(request, this.flow, user);
    }

    /** What is left of transactions, memory of requests, and timers: zeros some time after the last. */
    get left(): readonly number[] {
        const { client, server, clock } = this;
        return [client.layer.size, server.layer.size, server.layer.mergeable, clock.pending];
    }

    #party(address: string, protocol: "udp" | "tcp", maxServerTransactions: number): Party {
        const transport = this.network.host(address, protocol);
        const counters = noCounts();
        const told: string[] = [];
        const party: Omit<Party, "layer"> = {
            transport,
            counters,
            told,
            onInvite: () => undefined,
            onRequest: () => undefined,
            onCancel: (cancel) => party.onRequest(cancel),
        };
        const user: TransactionUser = {
            onInvite: (transaction) => {
                told.push("INVITE");
                transaction.serve({
                    onAck: () => told.push("ACK of a 2xx"),
                    onSilent: () => told.push("silent"),
                    onOver: () => told.push("over"),
                });
                party.onInvite(transaction);
            },
            onRequest: (transaction) => {
                told.push(transaction.request.method);
                transaction.serve({ onOver: (answered) => told.push(answered ? "over" : "over unanswered") });
                party.onRequest(transaction);
            },
            onCancel: (cancel, invite) => {
                told.push(invite === undefined ? "CANCEL of nothing" : "CANCEL");
                party.onCancel(cancel, invite);
            },
            onAck: () => told.push("stray ACK") > 0,
            onStrayResponse: (response: SipResponse) => told.push(`stray ${titleOf(response)}`),
        };
        const context = { clock: this.clock, timing: standardTiming, transport, counters };
        const layer = new TransactionLayer(
            context,
            user,
            new TransactionShares(maxServerTransactions, () => ({
                key: "anybody",
                maxTransactions: maxServerTransactions,
                mayOpen: () => true,
            })),
        );
        transport.onMessage((message, flow) => {
            if (message.kind === "request") layer.receiveRequest(message, flow);
            else layer.receiveResponse(message, flow);
        });
        return Object.assign(party, { layer });
    }
}

/** A request from `192.0.2.1` with a branch of its own, or the given one. */
export function requestOf(method: string, branch = newBranch()): SipRequest {
    const headers = new Headers([
        ["Via", `SIP/2.0/UDP 192.0.2.1:5060;branch=${branch}`],
        ["Max-Forwards", "70"],
        ["From", "<sip:a@192.0.2.1>;tag=a"],
        ["To", "<sip:b@192.0.2.2>"],
        ["Call-ID", "weather"],
        ["CSeq", `1 ${method}`],
    ]);
    return { kind: "request", method, uri: "sip:b@192.0.2.2", headers, body: Buffer.alloc(0) };
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
