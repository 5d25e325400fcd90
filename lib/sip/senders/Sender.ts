import type { SipAccount } from "../registrar/SipAccount.ts";
import type { OutgoingResponse } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";

/** A sender whose requests the bridge handles. */
export type KnownSender =
    /** A peer or trunk, known by its source address, its password or the contact of our registration. */
    | {
          readonly kind: "peer";
          readonly peer: SipPeer;
          /** Whom the request is for: the Request-URI, or for the contact of a registration what stands for it. */
          readonly calledUri: string;
      }
    | {
          readonly kind: "phone";
          readonly account: SipAccount;
          /** `source`: only by where it registered from, which is enough for requests that have no effect. */
          readonly knownBy: "password" | "source";
          /** Whether it came by a trusted proxy. */
          readonly via: "trusted" | "untrusted";
      };

/** Who sent a request outside of dialogs. */
export type Sender =
    | KnownSender
    | { readonly kind: "unknown" }
    /** To be answered with this response. `why` is one of a few constant words, for counting. */
    | { readonly kind: "challenged"; readonly why: string; readonly response: OutgoingResponse };

/** What a method requires of senders that have credentials: `password` for requests that have an effect. */
export type RequiredIdentification = "password" | "source";
