/** What connectDrachtio.ts uses of drachtio-srf, whose own declarations lack most of it and get some of it wrong. */

import type { Socket } from "node:net";

export interface SrfLike {
    readonly app: {
        on(event: "connect", listener: (error: unknown, hostports?: string, version?: string) => void): void;
        on(event: "error" | "close", listener: (error?: Error) => void): void;
        /** Set by `connect`. */
        readonly client?: {
            readonly wp: {
                send(socket: unknown, frame: string): string;
                /** Emitted for each frame of the server. */
                on(event: "msg", listener: () => void): void;
            };
            /** Sends a message under the ID of a transaction, also one of another process. Returns the ID of the command. */
            sendMessage(
                message: string,
                options: { readonly stackTxnId: string; readonly headers: object; readonly body?: string },
            ): string;
            /** By socket: what waits for a response from the server, by message id. One entry while connected. */
            readonly mapServer: ReadonlyMap<
                Socket,
                { readonly pendingRequests: Map<string, (tokens: readonly string[]) => void> }
            >;
        };
    };
    on(event: "error", listener: () => void): void;
    use(handler: (req: SrfRequest, res: SrfResponse, next: () => void) => void): void;
    use(method: string, handler: (req: SrfRequest, res: SrfResponse, next: () => void) => void): void;
    connect(options: object): void;
    disconnect(): void;
    request(uri: string, options: object, callback: (error: unknown, req?: SrfRequest) => void): void;
}

export interface SrfRequest {
    readonly method: string;
    readonly uri: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly source: "network" | "application";
    readonly source_address: string;
    readonly source_port: number;
    readonly protocol: string;
    readonly stackDialogId?: string;
    readonly stackTxnId: string;
    on(event: "response", listener: (res: SrfResponse, ack: SrfAck) => void): void;
    on(event: "cancel", listener: (cancel: { readonly headers: Readonly<Record<string, string>> }) => void): void;
    on(event: "update", listener: (update: SrfRequest, res: SrfResponse) => void): void;
    cancel(options: object, callback: (error: unknown) => void): void;
}

/** Where a message came from, as drachtio-server says. */
export interface SrfAddress {
    readonly source_address?: string;
    readonly source_port?: number;
    readonly protocol?: string;
}

export interface SrfResponse extends SrfAddress {
    readonly source?: "network" | "application";
    readonly status: number;
    readonly reason: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly stackDialogId?: string;
    send(
        status: number,
        reason: string | undefined,
        options: object,
        callback: (error: unknown, sent?: { readonly headers: Readonly<Record<string, string>> }) => void,
    ): void;
}

export type SrfAck = (options: object, callback: (error: unknown) => void) => void;
