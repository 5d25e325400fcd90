import { randomUUID } from "node:crypto";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Log } from "../../ports/Log.ts";
import type { MessageRouting } from "../../ports/MessageRouting.ts";
import { type PeerFeatures, peerKey } from "../../ports/PeerFeatures.ts";
import type { TypingSink } from "../../ports/TypingSink.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { type MessageDestination, phoneDestination, trunkDestination } from "./composeMessage.ts";
import { isUnsupportedType } from "./deliveryResult.ts";
import { composeIsComposing, IS_COMPOSING_MEDIA_TYPE } from "./format/isComposing.ts";
import type { MessageClient } from "./MessageClient.ts";

export interface SipTypingParts {
    readonly client: MessageClient;
    readonly routing: MessageRouting;
    readonly trunks: readonly SipTrunk[];
    readonly features: PeerFeatures;
    readonly log: Log;
    readonly realm: string;
    readonly userAgent: string;
}

/** Sends isComposing (RFC 3994) to peers that have sent it themselves. */
export class SipTyping implements TypingSink {
    readonly #parts: SipTypingParts;

    constructor(parts: SipTypingParts) {
        this.#parts = parts;
    }

    typing(user: MatrixUserId, party: RemoteParty, state: "active" | "idle", holdsMs: number): void {
        for (const { peer, destination } of this.#destinations(user, party)) {
            if (!this.#parts.features.has(peer, "composing")) continue;
            this.#send(peer, destination, composeIsComposing({ state, holdsMs })).catch((error: unknown) => {
                this.#parts.log.debug("typing not sent", { peer, error });
            });
        }
    }

    async #send(peer: string, destination: MessageDestination, body: string): Promise<void> {
        const response = await this.#parts.client.send({
            method: "MESSAGE",
            ...destination,
            headers: { ...destination.headers, "Content-Type": IS_COMPOSING_MEDIA_TYPE },
            body,
            callId: randomUUID(),
            sequence: 1,
        });
        if (isUnsupportedType(response)) this.#parts.features.note(peer, "composing", "rejected");
    }

    #destinations(
        user: MatrixUserId,
        party: RemoteParty,
    ): readonly { readonly peer: string; readonly destination: MessageDestination }[] {
        const { routing, trunks, realm, userAgent } = this.#parts;
        const route = routing.routeOf(user, party);
        switch (route.kind) {
            case "phones":
                return route.phones.map((phone) => ({
                    peer: peerKey({ kind: "account", name: phone.account }),
                    destination: phoneDestination(phone, realm, userAgent),
                }));
            case "networks": {
                const trunk = trunks.find(({ name }) => name === route.names[0]);
                if (trunk === undefined) return [];
                const destination = trunkDestination(trunk, user, party, userAgent);
                return [{ peer: peerKey({ kind: "trunk", name: trunk.name }), destination }];
            }
            case "forbidden":
            case "noRoute":
                return [];
        }
    }
}
