import type { MatrixUserId } from "./MatrixUserId.ts";
import type { RemoteParty } from "./RemoteParty.ts";

/** A party of a call, as logs and call records name it. */
export type CallParty =
    | RemoteParty
    | { readonly kind: "user"; readonly user: MatrixUserId }
    /** A registered phone, by its account. */
    | { readonly kind: "phone"; readonly account: string };

/** Whether logs and call records show phone numbers complete or shortened (`logging.numbers`). */
export type NumberDetail = "full" | "short";

/** Numbers up to this length are extensions and service numbers: shortening would hide which one it was. */
const SHORT_CODE_LENGTH = 6;
const VISIBLE_START = 5;
const VISIBLE_END = 2;

/** How a party is named in logs, call records and, with `full`, in rules and commands. Matrix user IDs are shown complete. */
export function partyText(party: CallParty, detail: NumberDetail): string {
    switch (party.kind) {
        case "user":
            return party.user;
        case "phone":
            return party.account;
        case "number":
            return numberText(party.number, detail);
        case "address":
            return addressText(party.address, detail);
        case "anonymous":
            return "anonymous";
    }
}

/** A number as logs show it: `+442071838750`, or `+4420…50`. */
export function numberText(number: string, detail: NumberDetail): string {
    if (detail === "full" || number.length <= SHORT_CODE_LENGTH) return number;
    return `${number.slice(0, VISIBLE_START)}…${number.slice(-VISIBLE_END)}`;
}

/** The user part of an address may be a phone number. */
function addressText(address: string, detail: NumberDetail): string {
    const at = address.lastIndexOf("@");
    const user = address.slice(0, Math.max(0, at));
    return /^\+?[0-9]+$/.test(user) ? numberText(user, detail) + address.slice(at) : address;
}
