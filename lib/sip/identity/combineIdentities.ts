import { parsePhoneNumber } from "../../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { parseSipAddress } from "../../numbering/SipAddress.ts";
import { escapeUser, type NameAddress, parseUri } from "../sipHeaders.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { isNameless, isPlaceholderName } from "./anonymousAddress.ts";
import type { ScreenCaller, WithheldBecause } from "./OwnIdentities.ts";
import { partyOfUri } from "./partyOfUri.ts";

/** The caller of a request, and why it is anonymous if that is not the sender's wish. */
export interface CombinedIdentity {
    readonly caller: RemoteParty;
    readonly withheldBecause?: WithheldBecause;
}

type NamedParty = Exclude<RemoteParty, { readonly kind: "anonymous" }>;

/** Longest user part made from a name, in bytes: with its host it still fits a SIP address. */
const MAX_NAME_BYTES = 60;

/**
 * The caller from all identities of a request, the most reliable first: number or address from the first one that has one,
 * and the name from the first one that has a name. A caller with a name only is shown by it. Pure.
 * @param claims the identities that the sender may state; From last
 */
export function combineIdentities(
    claims: readonly NameAddress[],
    peer: Pick<SipPeer, "defaultCountry">,
    screen: ScreenCaller,
): CombinedIdentity {
    const named = claims.map((claim) => partyOf(claim, peer)).filter((party) => party !== undefined);
    const name = claims.map(nameIn).find((text) => text !== undefined);
    const parties = named.length > 0 ? named : claims.map(partyOfName).filter((party) => party !== undefined);
    let withheldBecause: WithheldBecause | undefined;
    for (const party of parties) {
        const screened = screen(withName(party, name));
        if (screened.kind === "shown") return { caller: screened.caller };
        withheldBecause ??= screened.because;
    }
    return { caller: { kind: "anonymous" }, ...(withheldBecause !== undefined && { withheldBecause }) };
}

function partyOf(claim: NameAddress, peer: Pick<SipPeer, "defaultCountry">): NamedParty | undefined {
    const uri = parseUri(claim.uri);
    return uri === undefined || isNameless(claim) ? undefined : partyOfUri(uri, peer);
}

/** A name that repeats the number or user part of its own URI is none. */
function nameIn({ uri, displayName }: NameAddress): string | undefined {
    if (displayName === undefined || isPlaceholderName(displayName)) return undefined;
    const { user = "" } = parseUri(uri) ?? {};
    const number = parsePhoneNumber(displayName);
    const isRepeated = displayName === user || (number !== undefined && number === parsePhoneNumber(user));
    return isRepeated ? undefined : displayName;
}

function withName(party: NamedParty, name: string | undefined): NamedParty {
    return name === undefined ? party : { ...party, displayName: name };
}

/** `"Front Desk" <sip:pbx.example>`: an address made from the name, so that callers with different names have different ghosts. */
function partyOfName(claim: NameAddress): NamedParty | undefined {
    const name = nameIn(claim);
    const host = parseUri(claim.uri)?.host;
    if (name === undefined || host === undefined) return undefined;
    const words =
        name
            .normalize("NFKC")
            .toLowerCase()
            .match(/[\p{L}\p{N}]+/gu) ?? [];
    const user = cut(escapeUser(words.join("-")));
    const address = parseSipAddress(`${user}@${host}`);
    return user === "" || address === undefined ? undefined : { kind: "address", address };
}

/** Shortens without leaving half of an escape. */
function cut(escaped: string): string {
    return escaped.slice(0, MAX_NAME_BYTES).replace(/%[0-9A-F]?$/i, "");
}
