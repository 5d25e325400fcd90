import type { CallState } from "../call/CallState.ts";
import type { CallEvent } from "../call/CallEvent.ts";

/**
 * Counts for the operator. Every method returns immediately and never throws. Label values are from closed sets; `why` is for
 * people only.
 */
export interface Telemetry {
    /** An event that has no effect in the state of its call. A few are normal (races), many are a bug. */
    eventIgnored(state: CallState["phase"], event: CallEvent["kind"]): void;
    /** The end of a call could not be delivered to a party, which may stay in the call. */
    endUndelivered(party: "caller" | "callee"): void;
    /** Whether the bridge is registered at a trunk. Called at startup and at each change. */
    trunkRegistered(trunk: string, state: "up" | "down", why?: string): void;
    /** Whether an address of a trunk is available. Called at startup and at each change. */
    trunkAddress(trunk: string, address: string, state: "up" | "down", why?: string): void;
    /** Whether an rtpengine instance responds. Called at startup and at each change. */
    rtpengine(address: string, state: "up" | "down"): void;
    /** Whether the homeserver responds. Called at each change at least. */
    homeserver(state: "up" | "down", why?: string): void;
    /** Whether the bridge is connected to its SIP server. Called at each change. */
    sipServer(state: "up" | "down"): void;
    /** How many phones are registered with the bridge. Called at each change. */
    phonesRegistered(count: number): void;
    /** A final SIP response that the bridge sent or received. */
    sipResponse(direction: "sent" | "received", method: string, status: number): void;
    /** An input from outside was dropped or rejected; `reason` is one of a few constant words. */
    dropped(from: "sip" | "matrix" | "media", reason: string): void;
}

export type CallDirection = "inbound" | "outbound";
