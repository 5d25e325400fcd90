import type { Message } from "../message/Message.ts";
import type { FailureCause, Receipt } from "../message/vocabulary.ts";
import type { DeliveryAttempt, DeliveryResult, MessageCarrier, RoutedCarrier } from "../ports/MessageCarrier.ts";
import type { MessageRouting } from "../ports/MessageRouting.ts";

export interface RemoteNetworksParts {
    readonly routing: MessageRouting;
    readonly sip: RoutedCarrier;
    /** SMS services over HTTP, if any are configured. */
    readonly http?: RoutedCarrier & { serves(name: string): boolean };
}

/** The networks on the SIP side as one carrier: trunks, registered phones, and SMS services over HTTP. */
export class RemoteNetworks implements MessageCarrier {
    readonly #parts: RemoteNetworksParts;

    constructor(parts: RemoteNetworksParts) {
        this.#parts = parts;
    }

    async deliver(attempt: DeliveryAttempt): Promise<DeliveryResult> {
        const { user, party } = attempt.message;
        const route = this.#parts.routing.routeOf(user, party);
        switch (route.kind) {
            case "forbidden":
                return { kind: "rejected", cause: "notAllowed" };
            case "noRoute":
                return { kind: "rejected", cause: "unknownRecipient" };
            case "phones":
                return this.#parts.sip.deliver(attempt, route);
            case "networks": {
                const { http, sip } = this.#parts;
                const isHttp = http?.serves(route.names[0]) === true;
                return (isHttp ? http : sip).deliver(attempt, route);
            }
        }
    }

    async confirm(message: Message, receipt: Receipt): Promise<void> {
        await this.#senderOf(message)?.confirm(message, receipt);
    }

    async reportFailure(message: Message, cause: FailureCause): Promise<void> {
        await this.#senderOf(message)?.reportFailure(message, cause);
    }

    #senderOf({ origin }: Message): RoutedCarrier | undefined {
        switch (origin.network) {
            case "sip":
                return this.#parts.sip;
            case "http":
                return this.#parts.http;
            case "matrix":
                return undefined;
        }
    }
}
