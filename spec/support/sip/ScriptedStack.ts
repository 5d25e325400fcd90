import type { SipSendError } from "../../../lib/sip/SipStack.ts";
import {
    type HeaderFields,
    type IncomingRequest,
    type IncomingResponse,
    type OutgoingRequest,
    type OutgoingResponse,
    type ResponseListener,
    type SentRequest,
    type SentResponse,
    type SipHeaders,
    type SipSource,
    type SipStack,
} from "../../../lib/sip/SipStack.ts";

/** A SIP server that sends nothing and lets the spec be the network, for cases that take too long with a real one. */
export class ScriptedStack implements SipStack {
    /** What was sent, in order: `INVITE`, `CANCEL`, `ACK`, `BYE`. */
    readonly sent: string[] = [];
    /** The requests of it that were sent whole. */
    readonly requests: OutgoingRequest[] = [];
    #answer: ((status: number, given?: Partial<IncomingResponse>) => void) | undefined;
    #failure: SipSendError | undefined;

    /** From now on nothing can be sent, or everything again. */
    failWith(failure: SipSendError | undefined): void {
        this.#failure = failure;
    }

    send(request: OutgoingRequest, listener: ResponseListener): Promise<SentRequest> {
        if (this.#failure !== undefined) return Promise.reject(this.#failure);
        this.sent.push(request.method);
        this.requests.push(request);
        this.#answer = (status, given = {}) => {
            const response = { status, reason: "", headers: new Map<string, string>(), body: "", ...given };
            listener.onResponse({ ...response, acknowledge: () => this.#note("ACK") });
        };
        const { uri = "", headers } = request;
        const transactionId = `sent${this.sent.length}`;
        return Promise.resolve({
            uri,
            headers: lowerCase(headers),
            transactionId,
            cancel: () => this.#note("CANCEL"),
        });
    }

    /** The network answers the request sent last. */
    answer(status: number, given?: Partial<IncomingResponse>): void {
        this.#answer?.(status, given);
    }

    #note(method: string): Promise<void> {
        this.sent.push(method);
        return Promise.resolve();
    }
}

/** A request of the network that keeps what it was responded. */
export class ScriptedRequest implements IncomingRequest {
    readonly method: string;
    readonly uri: string;
    readonly headers: SipHeaders;
    readonly body: string;
    readonly source: SipSource;
    readonly origin: IncomingRequest["origin"];
    readonly dialogId?: string;
    readonly transactionId = "t1";
    readonly responses: OutgoingResponse[] = [];
    #onCancel = (_headers: SipHeaders): void => undefined;

    constructor(
        method: string,
        given: {
            readonly headers?: HeaderFields;
            readonly body?: string;
            readonly origin?: "server";
            readonly source?: SipSource;
            readonly uri?: string;
            /** `outside`: it belongs to no dialog, and a 2xx makes one. */
            readonly dialog?: "outside";
        } = {},
    ) {
        if (given.dialog !== "outside") this.dialogId = "d1";
        this.method = method;
        this.uri = given.uri ?? "sip:alice@bridge.example";
        this.headers = lowerCase(given.headers ?? {});
        this.body = given.body ?? "";
        this.origin = given.origin ?? "network";
        this.source = given.source ?? { protocol: "udp", address: "192.0.2.1", port: 5060 };
    }

    get statuses(): readonly number[] {
        return this.responses.map(({ status }) => status);
    }

    respond(response: OutgoingResponse): Promise<SentResponse> {
        this.responses.push(response);
        return Promise.resolve({ dialogId: this.dialogId ?? "made" });
    }

    onCancel(listener: (headers: SipHeaders) => void): void {
        this.#onCancel = listener;
    }

    onUpdate(): void {
        // no spec sends one this way
    }

    /** The peer gives this request up. */
    cancel(): void {
        this.#onCancel(new Map());
    }
}

/** Resolves when all pending work is done. */
export async function settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
}

function lowerCase(headers: HeaderFields): SipHeaders {
    return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
