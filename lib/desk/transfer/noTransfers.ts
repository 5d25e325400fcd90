import type { CallActor } from "../CallActor.ts";
import type { TransferDesk } from "../CallParts.ts";

/** For a desk without transfers. */
export function noTransfers(actor: () => CallActor): TransferDesk {
    return {
        place: () => actor().tell({ kind: "transferFailed", cause: "unavailable" }),
        placeInstead: (cause) => actor().tell({ kind: "transferFailed", cause }),
        cancel: () => undefined,
    };
}
