import type { EndCause, Sdp } from "../vocabulary.ts";
import type { BranchId } from "./ForkState.ts";

/** Facts: what the call wants of the fork, and what happened to its branches. A fact may come late or twice. */
export type ForkEvent =
    /** The call is offered; `sdp` is the origin's own. */
    | { readonly kind: "offered"; readonly sdp: Sdp }
    /** The call ends. */
    | { readonly kind: "ended"; readonly cause: EndCause }
    /** The media proxy took the origin's offer for this branch; `sdp` is what the branch is to be offered. */
    | { readonly kind: "branchMediaOffered"; readonly branch: BranchId; readonly sdp: Sdp }
    /** No media for this branch, now or any more. */
    | { readonly kind: "branchMediaFailed"; readonly branch: BranchId; readonly cause: EndCause }
    | { readonly kind: "branchRinging"; readonly branch: BranchId }
    | { readonly kind: "branchAnswered"; readonly branch: BranchId; readonly sdp: Sdp }
    /** The branch's leg is over. */
    | { readonly kind: "branchEnded"; readonly branch: BranchId; readonly cause: EndCause };
