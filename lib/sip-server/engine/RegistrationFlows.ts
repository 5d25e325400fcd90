import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { registeredSeconds } from "./bindRegisteredFlows.ts";
import { metaOf } from "./metaOf.ts";
import type { EngineListener } from "./SipEngine.ts";

/** Own registrations that are watched; each has its own Call-ID. */
const maxRegistrations = 1_000;

/**
 * Watches the connections of our own registrations: a registrar forgets a Contact with its connection (RFC 5626 4.5), so
 * the application must know that it has to register again.
 */
export class RegistrationFlows {
    readonly #listener: Pick<EngineListener, "onConnectionLost">;
    readonly #watched = new Map<string, () => void>();

    constructor(listener: Pick<EngineListener, "onConnectionLost">) {
        this.#listener = listener;
    }

    /** An own REGISTER was accepted. */
    registered(request: SipRequest, response: SipResponse, flow: Flow): void {
        const callId = request.headers.get("Call-ID") ?? "";
        this.#forget(callId);
        if (!flow.reliable || flow.closed || registeredSeconds(response) === 0) return;
        const [oldest] = this.#watched.keys();
        if (oldest !== undefined && this.#watched.size >= maxRegistrations) this.#forget(oldest);
        const stop = flow.onClose(() => {
            this.#watched.delete(callId);
            this.#listener.onConnectionLost({ callId, meta: metaOf(flow, "network") });
        });
        this.#watched.set(callId, stop);
    }

    /** The engine stops: closing connections is no news any more. */
    stop(): void {
        for (const callId of [...this.#watched.keys()]) this.#forget(callId);
    }

    #forget(callId: string): void {
        this.#watched.get(callId)?.();
        this.#watched.delete(callId);
    }
}
