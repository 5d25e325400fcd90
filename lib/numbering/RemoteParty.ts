import { formatPhoneNumber, parsePhoneNumber, type NumberingContext, type PhoneNumber } from "./PhoneNumber.ts";
import { subscriberText } from "./subscriberText.ts";
import { parseSipAddress, type SipAddress } from "./SipAddress.ts";

/** Someone on the SIP side: who calls in, or whom a Matrix user calls. */
export type RemoteParty =
    | { readonly kind: "number"; readonly number: PhoneNumber; readonly displayName?: string }
    | { readonly kind: "address"; readonly address: SipAddress; readonly displayName?: string }
    /** Withheld identity (RFC 3323): all such callers share one ghost. */
    | { readonly kind: "anonymous" };

/** A name is shown in room lists: longer ones are cut. */
const MAX_DISPLAY_NAME_LENGTH = 100;
/** Control, format and unassigned characters: bidirectional overrides could dress a caller up as another. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Whom a Matrix user means by a number or a SIP address they typed, or undefined. */
export function parseRemoteParty(text: string, context: NumberingContext): RemoteParty | undefined {
    const number = parsePhoneNumber(subscriberText(text.replace(/^\s*tel:/i, "")), context);
    if (number !== undefined) return { kind: "number", number };
    const address = parseSipAddress(text);
    return address === undefined ? undefined : { kind: "address", address };
}

/**
 * The name people see for a party: its own display name, made safe and short, else its number in international format
 * or its address. Never empty.
 */
export function displayTextOf(party: RemoteParty): string {
    switch (party.kind) {
        case "number":
            return shown(party.displayName) ?? formatPhoneNumber(party.number);
        case "address":
            return shown(party.displayName) ?? party.address;
        case "anonymous":
            return "Anonymous";
    }
}

function shown(displayName: string | undefined): string | undefined {
    const visible = displayName?.replace(INVISIBLE, " ").replace(/\s+/gu, " ").trim();
    if (visible === undefined || visible === "") return undefined;
    const characters = Array.from(visible);
    if (characters.length <= MAX_DISPLAY_NAME_LENGTH) return visible;
    return `${characters.slice(0, MAX_DISPLAY_NAME_LENGTH - 1).join("")}…`;
}
