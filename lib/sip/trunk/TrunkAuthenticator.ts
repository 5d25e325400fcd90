import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { parseAuthParams } from "../digest/authParams.ts";
import { DigestAuthenticator, type AuthenticationFailure } from "../digest/DigestAuthenticator.ts";
import { DIGEST_ALGORITHMS } from "../digest/digestResponse.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";

export interface TrunkAuthenticatorOptions {
    /** Those with `proof`, by the user name of which no two are the same, are asked for it; the others are not. */
    readonly peers: readonly SipPeer[];
    readonly realm: string;
    readonly clock: Clock;
    readonly log: Log;
}

/** Whose a call is that has to be proved. */
export type TrunkAuthentication =
    | { readonly kind: "trunk"; readonly peer: SipPeer }
    /** To be answered so. `why` is one of a few fixed words, for counting. */
    | { readonly kind: "answer"; readonly why: `trunk ${AuthenticationFailure}`; readonly response: OutgoingResponse }
    /** No authentication is required. */
    | { readonly kind: "unasked" };

/** Has trunks prove who they are when they call in, by digest: those may come from any address. */
export class TrunkAuthenticator {
    readonly #peers: ReadonlyMap<string, SipPeer>;
    readonly #gate: DigestAuthenticator;
    readonly #log: Log;

    constructor({ peers, realm, clock, log }: TrunkAuthenticatorOptions) {
        this.#peers = new Map(
            peers.flatMap((peer) => (peer.inboundAuth === undefined ? [] : [[peer.inboundAuth.username, peer]])),
        );
        this.#gate = new DigestAuthenticator({ realm, algorithms: DIGEST_ALGORITHMS, clock });
        this.#log = log;
    }

    /**
     * Judges an INVITE outside of dialogs.
     * @param known the peer at whose address it was sent, if there is one: only its own proof counts
     */
    authenticate(request: IncomingRequest, known: SipPeer | undefined): TrunkAuthentication {
        const isAsked = known === undefined ? this.#peers.size > 0 : known.inboundAuth !== undefined;
        if (!isAsked || request.method !== "INVITE") return { kind: "unasked" };
        const claimed = claimedUser(request);
        const named = this.#peers.get(claimed);
        const peer = known === undefined || known.name === named?.name ? named : undefined;
        const verdict = this.#gate.authenticate(request, claimed, () => peer?.inboundAuth?.password);
        if (verdict.kind === "accepted") return peer === undefined ? { kind: "unasked" } : { kind: "trunk", peer };
        if (verdict.why === "refused") {
            const { address } = request.source;
            this.#log.warn("inbound call rejected: wrong user name or password", { address, trunk: known?.name });
        }
        return { ...verdict, why: `trunk ${verdict.why}` };
    }
}

/** The user name in the credentials, because From names the caller and not the trunk. */
function claimedUser({ headers }: IncomingRequest): string {
    const header = headers.get("authorization") ?? headers.get("proxy-authorization") ?? "";
    const digest = parseAuthParams(header).find(({ scheme }) => scheme === "digest");
    return digest?.params.get("username") ?? "";
}
