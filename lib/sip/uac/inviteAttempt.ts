import { answerChallenge, authorizationLines } from "../digest/answerChallenge.ts";
import { DigestClient } from "../digest/DigestClient.ts";
import { leadingSecondsIn } from "../deltaSeconds.ts";
import type { Hop } from "./inviteRoute.ts";
import { repeatedIdentity } from "./repeatedIdentity.ts";
import type { HeaderFields, HeaderLine, IncomingResponse, SentRequest } from "../SipStack.ts";

/** One INVITE and what belongs to repeating it: a challenge or a 422 is answered by the same INVITE with more headers. */
export interface InviteAttempt {
    readonly hop: Hop;
    readonly digest: DigestClient | undefined;
    /** Call-ID, From with its tag, To and the next CSeq, once it has been sent before (RFC 3261, section 22.2). */
    readonly identity: HeaderFields;
    readonly authorization: readonly HeaderLine[];
    readonly minSe: number | undefined;
    /** How often it was repeated. */
    readonly repeats: number;
}

/** A proxy and the callee may challenge each, a nonce may be stale, a 422 may come on top. */
const MAX_REPEATS = 4;

export function firstAttempt(hop: Hop, makeCnonce: () => string): InviteAttempt {
    const { credentials } = hop.trunk;
    // the target of a redirect never gets a response made with the trunk's password, unless it uses the trunk's own realm
    const isOurs = hop.redirectedTo === undefined || credentials?.realm !== undefined;
    const digest = credentials !== undefined && isOurs ? new DigestClient(credentials, makeCnonce) : undefined;
    return { hop, digest, identity: {}, authorization: [], minSe: undefined, repeats: 0 };
}

/** The same INVITE again, with credentials or a longer session interval, if that may help after this response. */
export function repeatedAttempt(
    attempt: InviteAttempt,
    response: Pick<IncomingResponse, "status" | "headers">,
    sent: Pick<SentRequest, "uri" | "headers">,
    body: string,
): InviteAttempt | undefined {
    if (attempt.repeats >= MAX_REPEATS) return undefined;
    const { digest } = attempt;
    const repeated = { ...attempt, identity: repeatedIdentity(sent.headers), repeats: attempt.repeats + 1 };
    const request = { method: "INVITE", uri: sent.uri, body };
    const minSe = leadingSecondsIn(response.headers.get("min-se")) ?? 0;
    // RFC 4028, section 7.4
    if (response.status === 422 && minSe > (attempt.minSe ?? 0)) {
        return { ...repeated, minSe, authorization: authorizationLines(digest, request) };
    }
    const authorization = answerChallenge(digest, response, request);
    return authorization && { ...repeated, authorization };
}
