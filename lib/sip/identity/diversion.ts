import type { NumberingContext } from "../../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { parseNameAddress, parseUri, splitValues } from "../sipHeaders.ts";
import { partyOfUri } from "./partyOfUri.ts";

/**
 * The party the caller dialled, by a Diversion header (RFC 5806): each diverting party puts itself first, so the first
 * to divert is the last. Undefined if it withholds itself or cannot be read.
 */
export function firstOfDiversion(header: string, context: NumberingContext): RemoteParty | undefined {
    const entry = parseNameAddress(splitValues(header).at(-1) ?? "");
    const uri = entry === undefined ? undefined : parseUri(entry.uri);
    if (entry === undefined || uri === undefined) return undefined;
    const privacy = entry.params.get("privacy")?.toLowerCase();
    return privacy === "full" || privacy === "uri" ? undefined : partyOfUri(uri, context);
}
