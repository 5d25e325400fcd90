/** An authenticated application, as the rest of the façade sees it. Compared by identity. */
export interface AppClient {
    /** Puts a frame into the socket's queue, in order; drops it if the application is gone. */
    send(frame: Buffer): void;
}
