import type { Dialog, Hop } from "../dialog/Dialog.ts";
import type { EngineContext } from "./EngineContext.ts";

/** Where the next request in a dialog goes. */
export function hopOf(dialog: Dialog, { options, transport }: Pick<EngineContext, "options" | "transport">): Hop {
    return dialog.hop(options.natRule, (flow) => transport.successorOf(flow));
}
