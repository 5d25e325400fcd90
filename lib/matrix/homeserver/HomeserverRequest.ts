import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";

/** One request of the client-server API, sent with the application service's token. */
export interface HomeserverRequest {
    readonly method: "GET" | "POST" | "PUT";
    /** Encoded, query not included. */
    readonly path: string;
    /** The user for whom it is sent. Default: the bot. */
    readonly as?: MatrixUserId;
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: Readonly<Record<string, unknown>>;
    /** Instead of `body`: a file. */
    readonly upload?: { readonly contentType: string; readonly bytes: Buffer };
    readonly timeoutMs: number;
}

/** Sends a request once. Resolves with the reply's body, unchecked; rejects with a `HomeserverError`. */
export type SendRequest = (request: HomeserverRequest) => Promise<unknown>;
