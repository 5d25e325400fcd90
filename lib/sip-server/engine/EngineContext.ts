import { randomBytes, randomUUID } from "node:crypto";
import type { Resolver } from "../resolve/Resolver.ts";
import type { TransactionLayer } from "../transaction/TransactionLayer.ts";
import type { TransactionContext } from "../transaction/TransactionContext.ts";
import type { TransportLayer } from "../transport/SipTransport.ts";
import type { EngineOptions } from "./EngineOptions.ts";
import type { LargeRequests } from "./LargeRequests.ts";
import type { EngineListener } from "./SipEngine.ts";

/** What all parts of an engine share. */
export interface EngineContext extends TransactionContext {
    readonly transport: TransportLayer;
    readonly resolver: Resolver;
    readonly transactions: TransactionLayer;
    readonly listener: EngineListener;
    readonly options: EngineOptions;
    readonly largeRequests: LargeRequests;
    /** Requests we sent that wait for responses, to be aborted when the engine stops. */
    readonly exchanges: Set<PendingExchange>;
}

/** A request we sent that waits for responses. */
export interface PendingExchange {
    /** An INVITE or BYE without final response: a call is not over before it. */
    readonly endsCall?: boolean;
    abort(): void;
}

/** A tag with 64 random bits; RFC 3261 19.3 requires at least 32. */
export function newTag(): string {
    return randomBytes(8).toString("hex");
}

/** The id of a transaction as applications know it; also good as a Call-ID. */
export function newId(): string {
    return randomUUID();
}
