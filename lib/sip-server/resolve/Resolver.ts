import type { SipUri } from "../sip/SipUri.ts";
import type { Target } from "../transport/SipTransport.ts";

export type Resolution =
    | { readonly ok: true; /** In the order to try, at least one. */ readonly targets: readonly [Target, ...Target[]] }
    | {
          readonly ok: false;
          /** Why, for logs: what was asked and what the name server said. */ readonly reason: string;
      };

/** RFC 3263: from a next hop to addresses. */
export interface Resolver {
    /**
     * Where to send a request whose next hop (top Route, else Request-URI) is `uri`. Try the targets in order, each as a
     * transaction of its own with a new branch (4.3), on time-out, 503 or transport error. Never rejects; answers within
     * the configured time.
     */
    resolve(uri: SipUri): Promise<Resolution>;
    /** Reports that a target did not respond, could not be connected to or sent 503: for a while it is last in the results. */
    reportFailure(target: Target): void;
    /** Reports that a target responded: it is no longer put behind the others. */
    reportSuccess(target: Target): void;
}
