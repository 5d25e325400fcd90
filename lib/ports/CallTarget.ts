import type { MediaTransport } from "../call/vocabulary.ts";
import type { CallProvenance } from "../numbering/CallProvenance.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { VideoPermission } from "./MediaProxy.ts";

/** Somebody who is called in a network. */
export type DialledTarget = MatrixTarget | SipTarget | PhoneTarget;

export interface MatrixTarget {
    readonly network: "matrix";
    readonly media: MediaTransport;
    readonly video?: VideoPermission;
    readonly callee: MatrixUserId;
    readonly caller: RemoteParty;
    /** What the caller's network says of the call. */
    readonly provenance?: CallProvenance;
}

export interface SipTarget {
    readonly network: "sip";
    readonly media: MediaTransport;
    readonly video?: VideoPermission;
    readonly callee: RemoteParty;
    readonly caller: MatrixUserId;
    /** Name the callee should see, where the network shows one. */
    readonly callerName?: string;
    /** The caller's own display name in Matrix, for trunks that are sent it and if there is no `callerName`. */
    readonly profileName?: string;
    /** The caller does not want the callee to know who calls (RFC 3323); the trunk may. */
    readonly callerIs?: "withheld";
    /** The caller can hear early media only if the call is answered with it: Matrix has no other event for it. */
    readonly mayAnswerEarly?: true;
    /** How the caller's phone says it is connected (RFC 7315, section 4.4): for trunks that may know where the caller is. */
    readonly accessNetwork?: string;
    /** Who transferred the caller, a URI (RFC 3892). */
    readonly referredBy?: string;
    /** Names of the trunks to try, best first; at least one. `media` and `video` are those of the first. */
    readonly trunks: readonly [string, ...string[]];
}

/** One phone that is registered with us, where it is reached at the moment. */
export interface PhoneTarget {
    readonly network: "phone";
    readonly media: MediaTransport;
    readonly video?: VideoPermission;
    /** The account it is registered for. */
    readonly account: string;
    /** How digits reach it and come from it, as its account is configured; `auto` if left out. */
    readonly dtmf?: "auto" | "rtp" | "info";
    /** Its contact, a SIP URI. */
    readonly contact: string;
    /** Where to send to, a SIP URI. */
    readonly nextHop: string;
    /** The proxies on the way, nearest first: URIs (RFC 3327). */
    readonly route?: readonly string[];
    readonly caller: RemoteParty;
    /** Who transferred the caller, a URI (RFC 3892). */
    readonly referredBy?: string;
}
