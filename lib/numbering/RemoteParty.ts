import type { PhoneNumber } from "./PhoneNumber.ts";
import type { SipAddress } from "./SipAddress.ts";

/** Someone on the SIP side: who calls in, or whom a Matrix user calls. */
export type RemoteParty =
    | { readonly kind: "number"; readonly number: PhoneNumber; readonly displayName?: string }
    | { readonly kind: "address"; readonly address: SipAddress; readonly displayName?: string }
    /** Withheld identity (RFC 3323): all such callers share one ghost. */
    | { readonly kind: "anonymous" };
