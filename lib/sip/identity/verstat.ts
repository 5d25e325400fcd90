import type { NumberCheck } from "../../numbering/CallProvenance.ts";
import type { SipUri } from "../sipHeaders.ts";
import { subscriberParam } from "./partyOfUri.ts";

/**
 * What the carrier found of the number in a URI (3GPP TS 24.229, section 7.2A.20). Undefined if it did not look, and
 * if it did but the signer vouches only for the call (attestation B) or for nothing (C): neither says that the number is
 * the caller's. Only a trusted peer's word counts, which the caller of this sees to.
 */
export function numberCheckOf(uri: SipUri): NumberCheck | undefined {
    switch (subscriberParam(uri, "verstat")?.toLowerCase()) {
        case "tn-validation-passed":
        case "tn-validation-passed-a":
            return "passed";
        case "tn-validation-failed":
        case "tn-validation-failed-a":
        case "tn-validation-failed-b":
        case "tn-validation-failed-c":
            return "failed";
        default:
            return undefined;
    }
}
