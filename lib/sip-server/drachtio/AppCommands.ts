import type { Refused } from "../engine/Refused.ts";
import type { SentRequest, SipEngine } from "../engine/SipEngine.ts";
import { takeNextHopOptions } from "./nextHopOptions.ts";
import { parseAppMessage } from "./appMessage.ts";
import type { AppMessage } from "./appMessage.ts";
import type { AppClient } from "./AppClient.ts";
import type { ClientFrame } from "./clientFrame.ts";
import type { ControlCounters } from "./ControlCounters.ts";
import type { Ownership } from "./Ownership.ts";
import { encodeNok, encodeRequestSent, encodeResponseSent } from "./serverFrame.ts";

export type SipFrame = Extract<ClientFrame, { type: "sip" }>;
type AppRequest = Extract<AppMessage, { kind: "request" }>;
type AppResponse = Extract<AppMessage, { kind: "response" }>;

export type AppCommandsParts = {
    readonly engine: SipEngine;
    readonly transactions: Ownership<AppClient>;
    readonly dialogs: Ownership<AppClient>;
    readonly counters: ControlCounters;
    readonly timeOfDay: () => Date;
};

/**
 * Carries out what applications order. Orders of one application reach the engine in the order of their frames, within
 * the call; the answer to each is sent when the engine has it.
 */
export class AppCommands {
    readonly #parts: AppCommandsParts;

    constructor(parts: AppCommandsParts) {
        this.#parts = parts;
    }

    /** A `sip` frame. Rejects only for a fault of the program. */
    async carryOut(client: AppClient, frame: SipFrame): Promise<void> {
        const message = parseAppMessage(frame.message);
        switch (message.kind) {
            case "unreadable":
                this.#refuse(client, frame, message.why);
                return;
            case "response":
                return this.#respond(client, frame, message);
            case "request":
                if (message.method === "CANCEL") return this.#cancel(client, frame, message);
                return this.#request(client, frame, message);
        }
    }

    /** The application has gone: ends its calls and responds to its requests. */
    abandon(client: AppClient): void {
        const { engine, transactions, dialogs } = this.#parts;
        for (const transactionId of transactions.release(client)) engine.abandonTransaction(transactionId);
        for (const dialogId of dialogs.release(client)) engine.abandonDialog(dialogId);
    }

    async #request(client: AppClient, frame: SipFrame, { method, uri, headers, body }: AppRequest): Promise<void> {
        const { engine, transactions } = this.#parts;
        const result = await engine.send({
            method,
            uri,
            headers: [...headers],
            body,
            ...(frame.nextHop !== "" && takeNextHopOptions(frame.nextHop)),
            ...(frame.dialogId !== "" && { dialogId: frame.dialogId }),
        });
        if (result.kind === "sent" && method !== "ACK") {
            if (!client.isGone) transactions.assign(result.transactionId, client);
            else engine.abandonTransaction(result.transactionId);
        }
        this.#answerRequest(client, frame, result);
    }

    /** Without a transaction, of an INVITE by a server that is gone. */
    async #cancel(client: AppClient, frame: SipFrame, request: AppRequest): Promise<void> {
        const { engine } = this.#parts;
        const { transactionId, nextHop } = frame;
        const order = { ...request, headers: [...request.headers], ...(nextHop !== "" && { nextHop }) };
        const sent = transactionId === "" ? engine.cancelLost(order) : engine.cancel(transactionId, order.headers);
        this.#answerRequest(client, frame, await sent);
    }

    #answerRequest(client: AppClient, frame: SipFrame, result: SentRequest | Refused): void {
        if (result.kind === "refused") this.#refuse(client, frame, result.text);
        else client.reply(encodeRequestSent(frame.id, result, this.#parts.timeOfDay()));
    }

    async #respond(client: AppClient, frame: SipFrame, response: AppResponse): Promise<void> {
        const { engine, transactions, dialogs, timeOfDay } = this.#parts;
        const { status, reason, headers, body, via } = response;
        const order = { status, ...(reason !== "" && { reason }), headers: [...headers], body };
        const result =
            frame.transactionId === ""
                ? await engine.respondLost({ ...order, via })
                : await engine.respond(frame.transactionId, order);
        if (result.kind === "refused") {
            this.#refuse(client, frame, result.text);
            return;
        }
        if (status >= 200) transactions.strike(frame.transactionId);
        if (result.dialogId !== undefined && status < 300) {
            if (!client.isGone) dialogs.assign(result.dialogId, client);
            else engine.abandonDialog(result.dialogId);
        }
        client.reply(encodeResponseSent(frame.id, result, timeOfDay()));
    }

    #refuse(client: AppClient, frame: SipFrame, text: string): void {
        this.#parts.counters.ordersRefused++;
        client.reply(encodeNok(frame.id, text));
    }
}
