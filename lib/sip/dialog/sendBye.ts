import type { Log } from "../../ports/Log.ts";
import { sendInDialog } from "../digest/sendInDialog.ts";
import type { InDialogParts } from "./askInDialog.ts";

export interface ByeParts extends InDialogParts {
    readonly log: Log;
    /** Whether the dialog is over already: then nothing is repeated. */
    readonly isOver: () => boolean;
    /** Called when the BYE has its final response, or cannot be delivered. */
    readonly onOver: () => void;
}

/** Sends a BYE, again if it is challenged. Resolves once it is on the wire; never rejects. */
export async function sendBye(parts: ByeParts): Promise<void> {
    const { stack, dialogId, userAgent, digest, log, isOver, onOver } = parts;
    const headers = { ...parts.headers, "User-Agent": userAgent };
    // it cannot be delivered: the dialog or the server no longer exists
    const onFailed = (error: unknown): void => {
        log.debug("BYE not sent", { error });
        onOver();
    };
    const onFinal = (): void => {
        if (!isOver()) onOver();
    };
    const mayRepeat = (): boolean => !isOver();
    await sendInDialog({ stack, digest, method: "BYE", dialogId, headers, mayRepeat, onFinal, onFailed }).catch(
        onFailed,
    );
}
