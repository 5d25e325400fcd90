import type { Phones } from "../registrar/Phones.ts";
import type { TrunkRegistrations } from "../registration/TrunkRegistrations.ts";
import type { IncomingRequest } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import type { TrunkAuthenticator } from "../trunk/TrunkAuthenticator.ts";
import { PeerTable } from "./PeerTable.ts";
import type { RequiredIdentification, Sender } from "./Sender.ts";

export interface SenderIdentifierParts {
    /** All peers that may call in, trunks included; the first one that matches is used. */
    readonly peers: readonly SipPeer[];
    readonly trunks: Pick<TrunkAuthenticator, "authenticate">;
    /** A call to the contact of a registration belongs to its trunk, from any source address. So do requests from its registrar. */
    readonly registrations: Pick<TrunkRegistrations, "callOf" | "trunkAt">;
    /** The phones of Matrix users, if there are accounts. */
    readonly phones?: Pick<Phones, "authenticate" | "accountAt">;
}

/** Identifies the sender of every request outside of dialogs, once, before any method is looked at. */
export class SenderIdentifier {
    readonly #parts: SenderIdentifierParts;
    readonly #peers: PeerTable;

    constructor(parts: SenderIdentifierParts) {
        this.#parts = parts;
        this.#peers = new PeerTable(parts.peers);
    }

    /** @param required what the method of the request requires of senders with credentials */
    identify(request: IncomingRequest, required: RequiredIdentification): Sender {
        const registered = this.#parts.registrations.callOf(request);
        if (registered !== undefined) return this.#asTrunk(request, required, registered.trunk, registered.uri);
        const peer = isOtherWebPage(request) ? undefined : this.#peerAt(request.source.address);
        if (required === "password") {
            const phone = this.#asPhone(request, peer);
            if (phone !== undefined) return phone;
        }
        const trunk = this.#asTrunk(request, required, peer, request.uri);
        return trunk.kind === "unknown" ? this.#bySource(request, required) : trunk;
    }

    /** What the operator configured is used first. */
    #peerAt(address: string): SipPeer | undefined {
        return this.#peers.peerAt(address) ?? this.#parts.registrations.trunkAt(address);
    }

    #asPhone(request: IncomingRequest, peer: SipPeer | undefined): Sender | undefined {
        const phone = this.#parts.phones?.authenticate(request, peer === undefined ? "unknown" : "peer");
        switch (phone?.kind) {
            case undefined:
            case "notPhone":
                return undefined;
            case "phone":
                return { ...phone, knownBy: "password", via: peer?.trusted === true ? "trusted" : "untrusted" };
            case "answer":
                return { ...phone, kind: "challenged" };
        }
    }

    /** @param known the peer of the source address or registration, if there is one */
    #asTrunk(
        request: IncomingRequest,
        required: RequiredIdentification,
        known: SipPeer | undefined,
        calledUri: string,
    ): Sender {
        const isRegistration = request.method === "REGISTER";
        const trunk =
            required === "password" && !isRegistration
                ? this.#parts.trunks.authenticate(request, known)
                : ({ kind: "unasked" } as const);
        switch (trunk.kind) {
            case "trunk":
                return { kind: "peer", peer: trunk.peer, calledUri };
            case "answer":
                return { ...trunk, kind: "challenged" };
            case "unasked":
                return known === undefined ? { kind: "unknown" } : { kind: "peer", peer: known, calledUri };
        }
    }

    #bySource(request: IncomingRequest, required: RequiredIdentification): Sender {
        const account = required === "source" ? this.#parts.phones?.accountAt(request.source) : undefined;
        if (account === undefined) return { kind: "unknown" };
        return { kind: "phone", account, knownBy: "source", via: "untrusted" };
    }
}

/**
 * Whether the request came by a WebSocket that a web page outside of `sip.webSocketOrigins` opened: any page that is open in a
 * browser at the address of a peer can do so. The embedded SIP server sets the header, and removes it from what peers send.
 */
function isOtherWebPage({ headers }: IncomingRequest): boolean {
    return headers.get("x-websocket-origin") !== undefined;
}
