import type { Clock } from "../Clock.ts";
import type { TransactionOwner } from "../transaction/TransactionShares.ts";
import { RateLimiter } from "../transport/RateLimiter.ts";
import type { Flow, TransportLayer } from "../transport/SipTransport.ts";
import type { EngineOptions } from "./EngineOptions.ts";

/** Peers whose rate is remembered. */
const maxPeers = 10_000;
const always = (): boolean => true;

/** Returns whose share of the server transactions a request on this flow uses. The transport limits the rate of senders that are not trusted. */
export function transactionOwners(
    clock: Clock,
    transport: Pick<TransportLayer, "isKnown">,
    options: EngineOptions,
): (flow: Flow) => TransactionOwner {
    const rates = new RateLimiter(clock, { ...options.newRequestsPerPeer, maxSources: maxPeers });
    return (flow) => {
        const { address } = flow.remote;
        if (flow.foreignOrigin === undefined && options.isTrusted(address)) {
            const mayOpen = (): boolean => rates.take(address);
            return { key: address, maxTransactions: options.maxServerTransactionsPerPeer, mayOpen };
        }
        if (transport.isKnown(flow)) {
            const maxTransactions = options.maxServerTransactionsPerKnownSender;
            return { key: `known ${address}`, maxTransactions, mayOpen: always };
        }
        return { key: "unknown", maxTransactions: options.maxServerTransactionsOfUnknownPeers, mayOpen: always };
    };
}
