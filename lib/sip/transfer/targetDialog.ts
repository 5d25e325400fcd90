import { type DialogName, splitDialogName } from "./dialogName.ts";

/**
 * Reads the value of a Target-Dialog header (RFC 4538, section 7); undefined if it is malformed. Pure.
 * @returns the dialog, once for each of both views: senders do not agree whose tag the local one is
 */
export function parseTargetDialog(value: string): readonly DialogName[] | undefined {
    const named = splitDialogName(value);
    const [local, remote] = [named?.valueOf("local-tag"), named?.valueOf("remote-tag")];
    if (named === undefined || local === undefined || remote === undefined) return undefined;
    const { callId } = named;
    return [
        { callId, toTag: local, fromTag: remote },
        { callId, toTag: remote, fromTag: local },
    ];
}
