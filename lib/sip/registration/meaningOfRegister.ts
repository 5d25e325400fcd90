import { deltaSecondsIn, leadingSecondsIn } from "../deltaSeconds.ts";
import { parseNameAddress, parseUri, splitValues } from "../sipHeaders.ts";
import type { IncomingResponse } from "../SipStack.ts";
import { failureInWords } from "../trunk/trunkFault.ts";
import type { RegistrationEvent } from "./registrationState.ts";

/** Responses that only the operator can fix. 401 and 407 come here once credentials were tried. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 416, 420, 604]);

export interface AskedRegistration {
    readonly seconds: number;
    readonly contactUser: string;
    /** As the SIP server wrote it in the REGISTER. */
    readonly contact: string | undefined;
    /** Whether another address of the trunk is left to try. */
    readonly others: "left" | "none";
}

/** What a final response to a REGISTER means. Pure. */
export function meaningOfRegister(response: IncomingResponse, asked: AskedRegistration): RegistrationEvent {
    const { status, headers } = response;
    if (status < 300) return { kind: "granted", seconds: grantedSeconds(headers, asked) };
    const minSeconds = deltaSecondsIn(headers.get("min-expires"));
    if (status === 423 && minSeconds !== undefined) return { kind: "tooBrief", minSeconds };
    if (REFUSALS.has(status)) return { kind: "refused", status };
    const retryAfterSeconds = leadingSecondsIn(headers.get("retry-after"));
    const reason = failureInWords(response);
    // every other response would be the same at each address
    const isOfAddress = (status === 408 || status >= 500) && status < 600;
    return {
        kind: "failed",
        status,
        ...(reason !== undefined && { reason }),
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
        ...(isOfAddress && asked.others === "left" && { elsewhere: true }),
    };
}

/**
 * RFC 3261, section 10.2.4: the time at the bridge's Contact, otherwise in Expires. An older contact, from before a change of
 * address, may still be listed, and a proxy on the way may have rewritten the address in the Contact.
 */
function grantedSeconds(headers: IncomingResponse["headers"], asked: AskedRegistration): number {
    const ours = splitValues(headers.get("contact") ?? "")
        .map(parseNameAddress)
        .filter((each) => each !== undefined)
        .filter(({ uri }) => parseUri(uri)?.user === asked.contactUser);
    const here = addressIn(parseNameAddress(asked.contact ?? "")?.uri);
    const contact = ours.find(({ uri }) => addressIn(uri) === here) ?? ours[0];
    return deltaSecondsIn(contact?.params.get("expires")) ?? deltaSecondsIn(headers.get("expires")) ?? asked.seconds;
}

/** The part before the parameters: the registrar chooses the order and number of those. */
function addressIn(uri: string | undefined): string | undefined {
    return uri?.split(/[;?]/)[0]?.toLowerCase();
}
