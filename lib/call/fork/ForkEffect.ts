import type { EndCause, Sdp } from "../vocabulary.ts";
import type { BranchId } from "./ForkState.ts";

/** Orders of a fork: to its branches and their media, and what the call is told. */
export type ForkEffect =
    | { readonly kind: "allocateMedia"; readonly branch: BranchId; readonly sdp: Sdp }
    | { readonly kind: "releaseMedia"; readonly branch: BranchId }
    | { readonly kind: "offerBranch"; readonly branch: BranchId; readonly sdp: Sdp }
    | { readonly kind: "endBranch"; readonly branch: BranchId; readonly cause: EndCause }
    | { readonly kind: "reportRinging" }
    | { readonly kind: "reportAnswered"; readonly sdp: Sdp }
    | { readonly kind: "reportEnded"; readonly cause: EndCause }
    | { readonly kind: "reportMediaFailed"; readonly cause: EndCause };
