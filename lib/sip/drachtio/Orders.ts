import { SipSendError } from "../SipStack.ts";
import { sendError } from "./srfMessages.ts";

/** How long the server may take to confirm an order: name resolution and connection set-up are in it. */
const ORDER_TIMEOUT_MS = 20_000;

/** What a SIP server was asked to do over one connection, until it has confirmed. */
export class Orders {
    /** Each is called when the connection is lost. */
    readonly #waiting = new Set<(reason: SipSendError) => void>();
    #state: "open" | "closed" = "open";

    /** The connection is lost: everything that waits is rejected, and so is everything that follows. */
    close(): void {
        this.#state = "closed";
        for (const abandon of [...this.#waiting]) {
            abandon(new SipSendError("disconnected", "the connection to the SIP server is lost"));
        }
    }

    /**
     * Has the server do something. It may never answer: the connection can be lost, or the server hang. Rejects with a
     * `SipSendError`. `onLate` receives a result that comes after the timeout.
     */
    give<Result>(
        give: (done: (result: Result) => void, fail: (reason: unknown) => void) => void,
        onLate?: (result: Result) => void,
    ): Promise<Result> {
        return new Promise<Result>((resolve, reject) => {
            if (this.#state === "closed") return reject(new SipSendError("disconnected", "no SIP server"));
            const settle = (): void => {
                clearTimeout(timer);
                this.#waiting.delete(abandon);
            };
            const abandon = (error: SipSendError): void => {
                settle();
                reject(error);
            };
            const timer = setTimeout(
                () => abandon(new SipSendError("timeout", "the SIP server did not confirm in time")),
                ORDER_TIMEOUT_MS,
            );
            this.#waiting.add(abandon);
            try {
                give(
                    (result) => {
                        if (!this.#waiting.has(abandon)) return onLate?.(result);
                        settle();
                        resolve(result);
                    },
                    (reason) => abandon(sendError(reason)),
                );
            } catch (error) {
                abandon(sendError(error));
            }
        });
    }
}
