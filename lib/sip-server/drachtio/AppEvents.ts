import type { CallRecord } from "../engine/CallRecord.ts";
import type {
    EngineListener,
    IncomingCancel,
    IncomingRequest,
    IncomingResponse,
    LostConnection,
    UnsolicitedBye,
} from "../engine/SipEngine.ts";
import type { AppClient } from "./AppClient.ts";
import type { ClientRegistry } from "./ClientRegistry.ts";
import type { Ownership } from "./Ownership.ts";
import {
    encodeCallRecord,
    encodeCancel,
    encodeIncomingRequest,
    encodeIncomingResponse,
    encodeNotice,
    encodeUnsolicitedBye,
} from "./serverFrame.ts";

export type AppEventsParts = {
    readonly registry: ClientRegistry<AppClient>;
    readonly transactions: Ownership<AppClient>;
    readonly dialogs: Ownership<AppClient>;
    /** What frames give as the time of a message. */
    readonly timeOfDay: () => Date;
};

/**
 * Sends the events of the engine to the application that they concern: what happens in a dialog or transaction to its owner, what
 * is new to the one whose turn it is.
 */
export class AppEvents implements EngineListener {
    readonly #parts: AppEventsParts;

    constructor(parts: AppEventsParts) {
        this.#parts = parts;
    }

    onRequest(request: IncomingRequest): boolean {
        const { registry, transactions, dialogs, timeOfDay } = this.#parts;
        const client =
            request.dialogId === undefined
                ? registry.next(request.message.method.toLowerCase())
                : dialogs.ownerOf(request.dialogId);
        if (client === undefined) return false;
        if (request.message.method !== "ACK") transactions.assign(request.transactionId, client);
        client.send(encodeIncomingRequest(request, timeOfDay()));
        return true;
    }

    onResponse(response: IncomingResponse): void {
        const { transactions, dialogs, timeOfDay } = this.#parts;
        const client = transactions.ownerOf(response.transactionId);
        if (client === undefined) return;
        const { status } = response.message;
        if (status >= 200) transactions.strike(response.transactionId);
        if (response.dialogId !== undefined && status < 300) dialogs.assign(response.dialogId, client);
        client.send(encodeIncomingResponse(response, timeOfDay()));
    }

    onCancel(cancel: IncomingCancel): void {
        const { transactions, timeOfDay } = this.#parts;
        const client = transactions.ownerOf(cancel.transactionId);
        transactions.strike(cancel.transactionId);
        client?.send(encodeCancel(cancel, timeOfDay()));
    }

    onUnsolicitedBye(bye: UnsolicitedBye): void {
        this.#parts.dialogs.ownerOf(bye.dialogId)?.send(encodeUnsolicitedBye(bye, this.#parts.timeOfDay()));
    }

    onUnanswered(transactionId: string): void {
        this.#parts.transactions.strike(transactionId);
    }

    onDialogMade(dialogId: string, transactionId: string): void {
        const client = this.#parts.transactions.ownerOf(transactionId);
        if (client !== undefined) this.#parts.dialogs.assign(dialogId, client);
    }

    onDialogEnded(dialogId: string): void {
        this.#parts.dialogs.strike(dialogId);
    }

    onConnectionLost({ callId, meta }: LostConnection): void {
        const { registry, timeOfDay } = this.#parts;
        const { protocol, remoteAddress: address, remotePort: port } = meta;
        const frame = encodeNotice("connection-lost", { callId, protocol, address, port }, timeOfDay());
        for (const client of registry) client.send(frame);
    }

    onCallRecord(record: CallRecord): void {
        const { registry, timeOfDay } = this.#parts;
        registry.next(`cdr:${record.kind}`)?.send(encodeCallRecord(record, timeOfDay()));
    }
}
