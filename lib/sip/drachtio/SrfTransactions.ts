import type {
    IncomingRequest,
    IncomingResponse,
    OutgoingResponse,
    ResponseListener,
    SentRequest,
    SentResponse,
    SipHeaders,
} from "../SipStack.ts";
import { SipSendError } from "../SipStack.ts";
import type { FactQueue } from "./FactQueue.ts";
import type { Orders } from "./Orders.ts";
import { clean, dialogOf, headersOf, joinLines, oneLine, peerOf, refuseIfTooLarge } from "./srfMessages.ts";
import type { SrfAck, SrfRequest, SrfResponse } from "./srfShapes.ts";

/** The requests of one connection, as the rest of the bridge uses them. */
export class SrfTransactions {
    readonly #orders: Orders;
    readonly #facts: FactQueue;

    constructor(orders: Orders, facts: FactQueue) {
        this.#orders = orders;
        this.#facts = facts;
    }

    /** A request that the server received. */
    received(req: SrfRequest, res: SrfResponse): IncomingRequest {
        const origin = req.source === "network" ? "network" : "server";
        // a call keeps its INVITE: drachtio-srf's objects, which hold the text of the message, go with the final response
        let open: SrfResponse | undefined = origin === "network" ? res : undefined;
        let onCancel = (_headers: SipHeaders): void => undefined;
        let onUpdate = (_update: IncomingRequest): void => undefined;
        req.on("cancel", (cancel) => this.#facts.tell(() => onCancel(headersOf(cancel.headers))));
        req.on("update", (update, updateRes) => {
            const early = this.received(update, updateRes);
            this.#facts.tell(() => onUpdate(early));
        });
        return {
            method: req.method,
            uri: req.uri,
            headers: headersOf(req.headers),
            body: req.body ?? "",
            source: { protocol: req.protocol, address: req.source_address, port: req.source_port },
            origin,
            ...dialogOf(req.stackDialogId),
            transactionId: req.stackTxnId,
            respond: async (response) => {
                if (origin === "server") return {};
                if (open === undefined) throw new SipSendError("refused", "the request has had its final response");
                const sent = await this.#respond(open, response);
                if (response.status >= 200) open = undefined;
                return sent;
            },
            onCancel: (listener) => {
                onCancel = listener;
            },
            onUpdate: (listener) => {
                onUpdate = listener;
            },
        };
    }

    /** A request that the server sends. */
    sent(req: SrfRequest, listener: ResponseListener): SentRequest {
        req.on("response", (res, ack) => {
            const response = this.#response(res, ack);
            this.#facts.tell(() => listener.onResponse(response));
        });
        req.on("update", (update, res) => {
            const early = this.received(update, res);
            this.#facts.tell(() => listener.onUpdate?.(early));
        });
        return {
            uri: req.uri,
            headers: headersOf(req.headers),
            transactionId: req.stackTxnId,
            cancel: (headers) =>
                this.#orders.give<undefined>((done, fail) =>
                    req.cancel({ headers: clean(headers) }, (error) => (error ? fail(error) : done(undefined))),
                ),
        };
    }

    #response(res: SrfResponse, ack: SrfAck): IncomingResponse {
        return {
            status: res.status,
            reason: res.reason,
            headers: headersOf(res.headers),
            body: res.body ?? "",
            ...(res.source === "network" && peerOf(res)),
            ...dialogOf(res.stackDialogId),
            acknowledge: (headers = {}, headerLines = []) =>
                this.#orders.give<undefined>((done, fail) => {
                    const all = { ...clean(headers), ...joinLines(headerLines) };
                    ack({ headers: all }, (error) => (error ? fail(error) : done(undefined)));
                }),
        };
    }

    async #respond(res: SrfResponse, response: OutgoingResponse): Promise<SentResponse> {
        const headers = { ...clean(response.headers ?? {}), ...joinLines(response.headerLines ?? []) };
        refuseIfTooLarge(undefined, headers, response.body);
        return this.#orders.give<SentResponse>((done, fail) => {
            const options = { headers, ...(response.body !== undefined && { body: response.body }) };
            const reason = response.reason === undefined ? undefined : oneLine(response.reason);
            res.send(response.status, reason, options, (error, sent) => {
                const to = sent?.headers["to"];
                if (error) fail(error);
                else done({ ...dialogOf(res.stackDialogId), ...(to !== undefined && { to }) });
            });
        }, response.onLate);
    }
}
