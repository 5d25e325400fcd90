import { isE164, parsePhoneNumber, type NumberingContext, type PhoneNumber } from "./PhoneNumber.ts";
import type { RemoteParty } from "./RemoteParty.ts";
import { parseSipAddress, type SipAddress } from "./SipAddress.ts";
import type { ShortCodes } from "./ShortCodes.ts";

declare const brand: unique symbol;

/** A party that can be called, in canonical form. Permission rules accept only this type. */
export type CalledParty = (
    | { readonly kind: "number"; readonly number: PhoneNumber; readonly displayName?: string }
    | { readonly kind: "address"; readonly address: SipAddress; readonly displayName?: string }
) & { readonly [brand]: "CalledParty" };

export interface CallingContext extends NumberingContext {
    readonly shortCodes: ShortCodes;
}

/**
 * Turns what was dialled into the party that is called: the text of a dial pad, a ghost's name, the URI of a phone or a
 * redirect, all of which name a `RemoteParty`. Parses its number again, because a ghost's name is chosen by the user who
 * invites it. Undefined for anonymous callers, and for digits that are neither a full number nor a declared short code.
 * Pure.
 */
export function calledPartyOf(dialled: RemoteParty, context: CallingContext): CalledParty | undefined {
    switch (dialled.kind) {
        case "number": {
            const number = parsePhoneNumber(dialled.number, context);
            if (number === undefined || !(isE164(number) || context.shortCodes.isDeclared(number))) return undefined;
            return { ...dialled, number } as CalledParty;
        }
        case "address": {
            const address = parseSipAddress(dialled.address);
            return address === undefined ? undefined : ({ ...dialled, address } as CalledParty);
        }
        case "anonymous":
            return undefined;
    }
}
