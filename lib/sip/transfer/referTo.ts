import type { CallLeg, ReferTarget } from "../../ports/CallLeg.ts";
import { tagsOf } from "../dialog/dialogCopy.ts";
import type { SipPeer, SipTrunk } from "../SipTrunk.ts";
import { calleeUri } from "../uac/composeInvite.ts";
import type { NamedLeg } from "./TransferRights.ts";

/** Writes Refer-To for what a party is to call; undefined if the party cannot reach it without the bridge. */
export type WriteReferTo = (target: ReferTarget) => string | undefined;

/**
 * How the parties of a trunk are asked to call somebody of the same trunk; undefined for one that is not asked (`transfers`).
 * @param dialogs finds the dialog of another call that is to be replaced
 */
export function referToOn(
    trunk: SipPeer | SipTrunk,
    dialogs: { readonly namedOf: (leg: CallLeg) => NamedLeg | undefined },
): WriteReferTo | undefined {
    if (!("domain" in trunk) || trunk.transfers !== "refer") return undefined;
    return (asked) => {
        switch (asked.kind) {
            case "dialled": {
                const { trunks, callee } = asked.target;
                return trunks.includes(trunk.name) ? `<${calleeUri(trunk, callee)}>` : undefined;
            }
            case "call": {
                const named = dialogs.namedOf(asked.leg);
                return named?.peer === trunk.name ? replacing(named) : undefined;
            }
        }
    };
}

/** RFC 5589, section 7: the party calls the remote target of the other dialog, and names that dialog as its peer knows it. */
function replacing({ copy }: NamedLeg): string | undefined {
    const { local, remote } = tagsOf(copy);
    if (local === undefined || remote === undefined) return undefined;
    const replaces = `${copy.callId};to-tag=${remote};from-tag=${local}`;
    return `<${copy.target}?Replaces=${encodeURIComponent(replaces)}>`;
}
