import type { IncomingResponse } from "./SipStack.ts";

/** What the operator of a trunk should look at. */
export interface TrunkTrouble {
    readonly message: string;
    /** The reason, where the SIP server gave one. */
    readonly why?: string;
}

const UNAUTHORIZED = {
    given: "trunk refuses our username and password",
    kept: "trunk asks for a password in a way we do not answer: check its realm",
    none: "trunk asks for a username and password, but has none in the configuration",
} as const;

/**
 * Our own SIP server's word for a next hop it could not reach (RFC 3261, section 20.43): a phrase and an error's code, or
 * the host name it found nothing for.
 */
const ownWarning = /^399 \S+ "([a-z ]+(?:: [A-Z_]+)?|no [a-z ]+ [a-z0-9.-]*[a-z](?: \([A-Za-z ]+\))?)"$/;

/**
 * What is wrong with a trunk by the final response that ended an attempt to call through it; undefined if that is what
 * happens to calls. Nothing of the peer's own words gets into it, as they may tell who calls whom.
 * @param credentials what became of the trunk's username and password: `kept` if no challenge could be answered with them
 */
export function trunkTrouble(
    { status, headers }: Pick<IncomingResponse, "status" | "headers">,
    credentials: keyof typeof UNAUTHORIZED,
): TrunkTrouble | undefined {
    if (status === 401 || status === 407) return { message: UNAUTHORIZED[credentials] };
    const why = unreachedWhy({ status, headers });
    return why === undefined ? undefined : { message: "trunk not reached", why };
}

/** Why nobody at the trunk said anything of use to a request, in words for the log; undefined if somebody did. */
export function failureInWords(response: Pick<IncomingResponse, "status" | "headers">): string | undefined {
    return response.status === 408 ? "no answer in time" : unreachedWhy(response);
}

function unreachedWhy({ status, headers }: Pick<IncomingResponse, "status" | "headers">): string | undefined {
    return status === 503 ? ownWarning.exec(headers.get("warning") ?? "")?.[1] : undefined;
}
