import type { KnownSender, RequiredIdentification } from "./senders/Sender.ts";
import type { IncomingRequest } from "./SipStack.ts";

/** The methods that arrive outside of dialogs, or for dialogs that no longer exist. */
export type SipMethod =
    | "ACK"
    | "BYE"
    | "INFO"
    | "INVITE"
    | "MESSAGE"
    | "NOTIFY"
    | "OPTIONS"
    | "PRACK"
    | "PUBLISH"
    | "REFER"
    | "REGISTER"
    | "SUBSCRIBE"
    | "UPDATE";

/** How the bridge handles one method outside of dialogs. */
export interface MethodHandler {
    /** `password` for methods that have an effect. */
    readonly requires: RequiredIdentification;
    /** Handles a request of an identified sender. Synchronous, must not throw. */
    handle(request: IncomingRequest, sender: KnownSender): void;
}

export type MethodHandlers = Readonly<Record<SipMethod, MethodHandler>>;

/** The handler of a method, or `other` for a method that the bridge does not know. */
export function handlerFor(method: string, handlers: MethodHandlers, other: MethodHandler): MethodHandler {
    return isKnown(method, handlers) ? handlers[method] : other;
}

function isKnown(method: string, handlers: MethodHandlers): method is SipMethod {
    return Object.hasOwn(handlers, method);
}
