import type { IncomingResponse } from "../SipStack.ts";

/** What the operator of a trunk should look at. */
export interface TrunkFault {
    readonly message: string;
    /** The reason, where the SIP server gave one. */
    readonly why?: string;
}

const UNAUTHORIZED = {
    given: "trunk rejects username and password",
    kept: "trunk challenge not answered: unexpected realm, or no supported algorithm",
    none: "trunk requires username and password",
} as const;

/** An error's code: letters with hardly a digit among them, so that no number is taken for one. */
const CODE = "[A-Z_]+(?:[0-9]{1,2}[A-Z_]+)*";
/** A name, or an address of either kind. */
const HOST = String.raw`(?:[a-z0-9._-]*[a-z]|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|\[?[0-9a-f]{0,4}(?::[0-9a-f.]{0,15}){2,8}\]?)`;

/**
 * Our own SIP server's word for a next hop it could not reach (RFC 3261, section 20.43): a phrase and an error's code, or
 * the host it found nothing for.
 */
const ownWarning = new RegExp(
    String.raw`^399 \S+ "([A-Za-z ]+(?:: ${CODE})?|no [a-z ]+ ${HOST}(?: \([A-Za-z_ ]+\))?)"$`,
);

/**
 * What is wrong with a trunk by the final response that ended an attempt to call through it; undefined if that is what
 * happens to calls. Nothing of the peer's own words gets into it, as they may tell who calls whom.
 * @param credentials what became of the trunk's username and password: `kept` if no challenge could be answered with them
 */
export function trunkFault(
    { status, headers }: Pick<IncomingResponse, "status" | "headers">,
    credentials: keyof typeof UNAUTHORIZED,
): TrunkFault | undefined {
    if (status === 401 || status === 407) return { message: UNAUTHORIZED[credentials] };
    const why = unreachedReason({ status, headers });
    return why === undefined ? undefined : { message: "trunk not reached", why };
}

/** Why a request got no useful response from the trunk, in words for the log; undefined if it got one. */
export function failureInWords(response: Pick<IncomingResponse, "status" | "headers">): string | undefined {
    return response.status === 408 ? "no response in time" : unreachedReason(response);
}

/** The reason why the SIP server did not reach the next hop; undefined for a response of the peer. */
export function unreachedReason({ status, headers }: Pick<IncomingResponse, "status" | "headers">): string | undefined {
    return status === 503 ? ownWarning.exec(headers.get("warning") ?? "")?.[1] : undefined;
}
