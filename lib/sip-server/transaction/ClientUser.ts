import type { SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";

/** Who started a client transaction. Called synchronously, never from inside the start. */
export interface ClientUser {
    /** Each provisional response, and the final one; for INVITE every 2xx, repeated or of another fork. */
    onResponse(response: SipResponse, flow: Flow): void;
    /** No final response in time. The last call. */
    onTimeout(): void;
    /** The request could not be sent, or its connection was lost before the final response. The last call. */
    onTransportFailure(): void;
    /** INVITE only: the peer has rung for too long, and a CANCEL is due. */
    onExpired(): void;
    /** The transaction is over and its timers are taken back: after any other call. */
    onOver(): void;
}
