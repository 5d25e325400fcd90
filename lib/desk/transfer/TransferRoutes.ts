import type { EndCause, MediaTransport } from "../../call/vocabulary.ts";
import type { DialPlan } from "../../numbering/DialPlan.ts";
import { localpartOf, type MatrixUserId, serverOf } from "../../numbering/MatrixUserId.ts";
import type { CallParty } from "../../numbering/partyText.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { parseSipAddress } from "../../numbering/SipAddress.ts";
import type { CallTarget } from "../../ports/CallIntake.ts";
import type { Transferor, TransferTarget } from "../../ports/CallLeg.ts";
import type { PhoneBook } from "../../ports/PhoneBook.ts";

export interface TransferRoutesParts {
    readonly dialPlan: Pick<DialPlan, "calleeOf" | "routeInbound" | "whoMayDial">;
    /** The registered phones, if there are accounts. */
    readonly phoneBook?: Pick<PhoneBook, "ownerOf" | "targetsFor"> | undefined;
    /** The media profile of a trunk, by its name. */
    readonly mediaOf: (trunk: string) => MediaTransport;
}

/** A transfer to be routed. */
export interface RoutedTransfer {
    readonly by: Transferor;
    readonly to: Exclude<TransferTarget, { readonly kind: "call" }>;
    /** The party that asks for it, and the party that is connected with the target. */
    readonly leaves: CallParty;
    readonly stays: CallParty;
    /** As of `TransferRequest`. */
    readonly referredBy?: string | undefined;
    readonly profileName?: string | undefined;
}

export type TransferRoute =
    | { readonly kind: "targets"; readonly targets: readonly [CallTarget, ...CallTarget[]] }
    | { readonly kind: "refused"; readonly cause: EndCause };

/**
 * Decides whom a transfer rings. The party that asks for it must be allowed to dial the target: a Matrix user, and the user of a phone,
 * by `dialling.allow`; a trunk reaches the Matrix users that it can call, and beyond them only what the user who stays may dial.
 */
export class TransferRoutes {
    readonly #parts: TransferRoutesParts;

    constructor(parts: TransferRoutesParts) {
        this.#parts = parts;
    }

    route(transfer: RoutedTransfer): TransferRoute {
        const { to } = transfer;
        if (to.kind === "dialled") return this.#toDialled(transfer, to.callees);
        return this.#isServed(to.user) ? this.#toUser(transfer, to.user) : { kind: "refused", cause: "notFound" };
    }

    #toDialled(transfer: RoutedTransfer, callees: readonly RemoteParty[]): TransferRoute {
        const user = this.#userMeantBy(transfer.by, callees);
        if (user !== undefined) return this.#toUser(transfer, user);
        const dialler = diallerOf(transfer);
        if (dialler === undefined) return { kind: "refused", cause: "forbidden" };
        let cause: EndCause = "notFound";
        for (const dialled of callees) {
            const verdict = this.#parts.dialPlan.whoMayDial(dialler, dialled);
            if (verdict.kind === "forbidden") cause = "forbidden";
            if (verdict.kind !== "allowed") continue;
            const { callee, trunks } = verdict;
            const media = this.#parts.mediaOf(trunks[0]);
            const calling = { caller: dialler, ...nameOf(transfer) };
            const target = { network: "sip", media, callee, ...calling, trunks, ...referral(transfer) } as const;
            return { kind: "targets", targets: [target] };
        }
        return { kind: "refused", cause };
    }

    #userMeantBy(by: Transferor, callees: readonly RemoteParty[]): MatrixUserId | undefined {
        const { dialPlan, phoneBook } = this.#parts;
        if (by.kind === "trunk") return dialPlan.routeInbound(callees, by.name)?.user;
        const owners = callees.map((callee) => phoneBook?.ownerOf(callee) ?? dialPlan.calleeOf(callee));
        return owners.find((owner) => owner !== undefined);
    }

    /** The clients and the phones of a user, as for every call to them. */
    #toUser(transfer: RoutedTransfer, callee: MatrixUserId): TransferRoute {
        const { leaves, stays } = transfer;
        const caller = shownParty(stays) ?? shownParty(leaves) ?? { kind: "anonymous" };
        const phones = this.#parts.phoneBook?.targetsFor(callee, caller) ?? [];
        const ringing = phones.map((phone) => ({ ...phone, ...referral(transfer) }));
        return { kind: "targets", targets: [{ network: "matrix", media: "webrtc", callee, caller }, ...ringing] };
    }

    /** A ghost invites only users of homeservers that SIP callers reach as well. */
    #isServed(user: MatrixUserId): boolean {
        const address = parseSipAddress(`${localpartOf(user)}@${serverOf(user)}`);
        return address !== undefined && this.#parts.dialPlan.calleeOf({ kind: "address", address }) === user;
    }
}

function referral({ referredBy }: RoutedTransfer): Pick<RoutedTransfer, "referredBy"> & { referredBy?: string } {
    return referredBy === undefined ? {} : { referredBy };
}

/** The name belongs to the user who transfers. If a trunk transfers, another user is the caller. */
function nameOf({ by, profileName }: RoutedTransfer): { profileName?: string } {
    return by.kind === "user" && profileName !== undefined ? { profileName } : {};
}

/** The user whose permissions count for calls to trunks. */
function diallerOf({ by, stays }: RoutedTransfer): MatrixUserId | undefined {
    if (by.kind === "user") return by.user;
    return stays.kind === "user" ? stays.user : undefined;
}

/** A party that a ghost can represent. */
function shownParty(party: CallParty): RemoteParty | undefined {
    switch (party.kind) {
        case "number":
        case "address":
            return party;
        case "anonymous":
        case "user":
        case "phone":
            return undefined;
    }
}
