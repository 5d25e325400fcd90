/** An authenticated application, as the rest of the control port sees it. Compared by identity. */
export interface AppClient {
    /** Puts the frame of an event into the queue of the application, in order; dropped if the application has gone. */
    send(frame: Buffer): void;
    /** Sends the reply to a command of the application; dropped if its connection is lost, because no later one has sent the command. */
    reply(frame: Buffer): void;
    /** True once it cannot come back: what was started for it meanwhile is abandoned. */
    readonly isGone: boolean;
}
