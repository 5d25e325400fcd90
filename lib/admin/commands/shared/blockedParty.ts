import { parseMatrixUserId } from "../../../numbering/MatrixUserId.ts";
import { word } from "../../Argument.ts";
import type { CommandContext } from "../../Command.ts";

/** The argument of `block` and `unblock`. */
export const BLOCKED_PARTY = word("number, SIP address or Matrix user", "+442071838750");

/** A party in the form in which changes keep it; undefined if the text is none. */
export function blockedParty(party: string, { administration }: CommandContext): string | undefined {
    return parseMatrixUserId(party) ?? administration.routing.number(party)?.canonical;
}
