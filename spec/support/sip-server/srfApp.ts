import Srf from "drachtio-srf";
import type { EventEmitter } from "node:events";

/** As much of drachtio-srf as the specs use; its own types leave half of this out. */
export interface SrfMessage extends EventEmitter {
    readonly method: string;
    readonly uri: string;
    readonly status: number;
    readonly reason: string;
    readonly body: string;
    readonly source: string;
    readonly source_address: string;
    readonly source_port: number;
    readonly protocol: string;
    readonly receivedOn?: string;
    readonly stackTime: string;
    readonly stackTxnId: string;
    readonly stackDialogId?: string;
    get(header: string): string | undefined;
    cancel(options?: { headers?: Record<string, string> }, callback?: (error: unknown) => void): void;
}

export interface SrfReply extends SrfMessage {
    send(
        status: number,
        options?: object,
        callback?: (error: unknown, sent: SrfMessage) => void,
        onAck?: (ack: SrfMessage) => void,
    ): void;
}

export interface SrfDialog extends EventEmitter {
    readonly id: string;
    readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
    readonly local: { readonly sdp: string };
    readonly remote: { readonly sdp: string; readonly uri: string };
    destroy(callback?: (error: unknown, bye: SrfMessage) => void): unknown;
    modify(sdp: string): Promise<string>;
    request(options: { method: string; headers?: Record<string, string>; body?: string }): Promise<SrfMessage>;
}

export type SrfHandler = (request: SrfMessage, reply: SrfReply) => void;

type Progress = {
    cbRequest?: (error: unknown, sent: SrfMessage) => void;
    cbProvisional?: (response: SrfMessage) => void;
};

export interface SrfApp extends EventEmitter {
    /** The agent below: the one place of drachtio-srf that can respond to a request of another process. */
    readonly app: { readonly client: { sendMessage(message: string, options: { stackTxnId: string }): string } };
    connect(options: {
        host: string;
        port: number;
        secret: string;
        tags?: readonly string[];
        reconnect?: { maxAttempts: number };
    }): void;
    disconnect(): void;
    use(handler: SrfHandler): void;
    use(method: string, handler: SrfHandler): void;
    createUAS(request: SrfMessage, reply: SrfReply, options: object): Promise<SrfDialog>;
    createUAS(
        request: SrfMessage,
        reply: SrfReply,
        options: object,
        callback: (error: unknown, dialog: SrfDialog) => void,
    ): void;
    createUAC(uri: string, options: object, progress?: Progress): Promise<SrfDialog>;
    request(uri: string, options: object, callback: (error: Error & { code?: string }, sent: SrfMessage) => void): void;
}

export type Connected = { readonly app: SrfApp; readonly hostports: string; readonly localHostports: string };

/**
 * A drachtio-srf application that is connected and authenticated; rejects if the server refuses it. `prepare` adds the
 * handlers: only what is there before the connection is sure to be known to the server soon after.
 */
export function connectSrfApp(
    port: number,
    secret: string,
    prepare: (app: SrfApp) => void = () => undefined,
    tags: readonly string[] = [],
): Promise<Connected> {
    const app = new Srf() as unknown as SrfApp;
    prepare(app);
    app.connect({ host: "127.0.0.1", port, secret, tags, reconnect: { maxAttempts: 1 } });
    return new Promise((resolve, reject) => {
        app.on("error", reject);
        app.on("connect", (error: Error | null, hostports: string, _version: string, localHostports: string) => {
            if (error === null) resolve({ app, hostports, localHostports });
            else {
                app.disconnect();
                reject(error);
            }
        });
    });
}
