import { readPhoneNumber } from "./PhoneNumber.ts";
import type { RemoteParty } from "./RemoteParty.ts";
import { parseSipAddress } from "./SipAddress.ts";

/** Cannot be mistaken for a number (letters) nor for an address (no `@`). */
const ANONYMOUS = "anonymous";
/** Legal in a user id as they are. `/` is too, but not in every client's links. */
const PLAIN = /[a-z0-9._-]/;
const ENCODED = /^(?:[a-z0-9._-]|=[0-9a-f]{2})+$/;

/**
 * The localpart of a party's ghost: `sip_=2b442071838750`, `sip_bob=40pbx.example`, `sip_anonymous`. Every byte outside
 * `a-z0-9._-` is escaped as `=` and two hex digits (Matrix appendices, "Mapping from other character sets"). One
 * party has one localpart, whatever its display name.
 */
export function ghostLocalpartOf(party: RemoteParty, prefix: string): string {
    return prefix + escape(identityOf(party));
}

/**
 * The party a localpart stands for, without display name: the inverse of `ghostLocalpartOf`. Undefined for any other
 * localpart, one that escapes what needs no escape included, so that no party has two ghosts.
 */
export function partyOfLocalpart(localpart: string, prefix: string): RemoteParty | undefined {
    if (!localpart.startsWith(prefix)) return undefined;
    const encoded = localpart.slice(prefix.length);
    if (!ENCODED.test(encoded)) return undefined;
    const party = partyOfIdentity(unescape(encoded));
    return party !== undefined && ghostLocalpartOf(party, prefix) === localpart ? party : undefined;
}

function identityOf(party: RemoteParty): string {
    switch (party.kind) {
        case "number":
            return party.number;
        case "address":
            return party.address;
        case "anonymous":
            return ANONYMOUS;
    }
}

function partyOfIdentity(identity: string): RemoteParty | undefined {
    if (identity === ANONYMOUS) return { kind: "anonymous" };
    const number = readPhoneNumber(identity);
    if (number !== undefined) return { kind: "number", number };
    const address = parseSipAddress(identity);
    return address === undefined ? undefined : { kind: "address", address };
}

function escape(identity: string): string {
    return [...Buffer.from(identity)]
        .map((byte) => {
            const character = String.fromCharCode(byte);
            return PLAIN.test(character) ? character : `=${byte.toString(16).padStart(2, "0")}`;
        })
        .join("");
}

/** Identities are ASCII, so each escape is one character. */
function unescape(encoded: string): string {
    return encoded.replace(/=([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
