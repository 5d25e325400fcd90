import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { parseAuthParams } from "../digest/authParams.ts";
import { DigestAuthenticator, type AuthenticationFailure, qopMissing } from "../digest/DigestAuthenticator.ts";
import { DIGEST_ALGORITHMS } from "../digest/digestResponse.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";

export interface TrunkAuthenticatorOptions {
    /** Peers with `inboundAuth`, whose user names are unique, must authenticate; the others need not. */
    readonly peers: readonly SipPeer[];
    readonly realm: string;
    readonly clock: Clock;
    readonly log: Log;
}

/** Names in credentials can be of any length. */
const MAX_LOGGED_NAME = 40;

/** The trunk that a request belongs to, where trunks must authenticate. */
export type TrunkAuthentication =
    | { readonly kind: "trunk"; readonly peer: SipPeer }
    /** To be answered with this response. `why` is one of a few constant words, for counting. */
    | { readonly kind: "answer"; readonly why: `trunk_${AuthenticationFailure}`; readonly response: OutgoingResponse }
    /** No authentication is required. */
    | { readonly kind: "unasked" };

/** Authenticates trunks that call in by digest credentials, from any address. */
export class TrunkAuthenticator {
    readonly #peers: ReadonlyMap<string, SipPeer>;
    readonly #digest: DigestAuthenticator;
    readonly #log: Log;

    constructor({ peers, realm, clock, log }: TrunkAuthenticatorOptions) {
        this.#peers = new Map(
            peers.flatMap((peer) => (peer.inboundAuth === undefined ? [] : [[peer.inboundAuth.username, peer]])),
        );
        this.#digest = new DigestAuthenticator({ realm, algorithms: DIGEST_ALGORITHMS, clock });
        this.#log = log;
    }

    /**
     * Authenticates an INVITE outside of dialogs.
     * @param known the peer at whose address it was sent, if there is one: only its own proof counts
     */
    authenticate(request: IncomingRequest, known: SipPeer | undefined): TrunkAuthentication {
        const isAsked = known === undefined ? this.#peers.size > 0 : known.inboundAuth !== undefined;
        if (!isAsked) return { kind: "unasked" };
        const claimed = claimedUser(request);
        const named = this.#peers.get(claimed);
        const peer = known === undefined || known.name === named?.name ? named : undefined;
        const verdict = this.#digest.authenticate(request, claimed, () => peer?.inboundAuth?.password);
        if (verdict.kind === "accepted") {
            if (peer === undefined) return { kind: "unasked" };
            const isAllowed = !verdict.isLegacy || peer.inboundAuth?.allowsLegacyDigest === true;
            return isAllowed ? { kind: "trunk", peer } : { ...qopMissing(), why: "trunk_qop_missing" };
        }
        if (verdict.why === "wrong_credentials") {
            this.#log.warn("inbound call rejected: wrong user name or password", {
                username: claimed.slice(0, MAX_LOGGED_NAME),
                address: request.source.address,
                trunk: known?.name,
                sipCallId: request.headers.get("call-id"),
            });
        }
        return { ...verdict, why: `trunk_${verdict.why}` };
    }
}

/** The user name in the credentials, because From names the caller and not the trunk. */
function claimedUser({ headers }: IncomingRequest): string {
    const header = headers.get("authorization") ?? headers.get("proxy-authorization") ?? "";
    const digest = parseAuthParams(header).find(({ scheme }) => scheme === "digest");
    return digest?.params.get("username") ?? "";
}
