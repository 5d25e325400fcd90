import type {
    OutgoingRequest,
    ResponseListener,
    SentRequest,
    SipSendError,
    SipStack,
} from "../../../lib/sip/SipStack.ts";

/** Keeps every request with what becomes of it. */
export class KeptRequests implements SipStack {
    readonly requests: OutgoingRequest[] = [];
    readonly #listeners: ResponseListener[] = [];

    /** What becomes of the next sendings instead. */
    failures: SipSendError[] = [];

    send(request: OutgoingRequest, listener: ResponseListener): Promise<SentRequest> {
        this.requests.push(request);
        this.#listeners.push(listener);
        const failure = this.failures.shift();
        if (failure !== undefined) return Promise.reject(failure);
        const cancel = (): Promise<void> => Promise.resolve();
        const contact = (request.headers["Contact"] ?? "").replace("localhost", "192.0.2.1:5060");
        const headers = new Map([["contact", contact]]);
        return Promise.resolve({ uri: request.uri ?? "", headers, transactionId: `t${this.requests.length}`, cancel });
    }

    /** The nth request is answered, from an IP address if one is given. */
    answer(nth: number, status: number, headers: readonly (readonly [string, string])[] = [], from?: string): void {
        const peer = from === undefined ? {} : { peer: { protocol: "udp", address: from, port: 5060 } };
        const response = { status, reason: "", headers: new Map(headers), body: "", ...peer };
        this.#listeners[nth]?.onResponse({ ...response, acknowledge: () => Promise.resolve() });
    }
}
