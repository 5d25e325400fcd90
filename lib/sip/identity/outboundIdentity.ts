import type { PhoneNumber } from "../../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { SipTarget } from "../../ports/CallTarget.ts";
import { escapeUser, formatNameAddress } from "../sipHeaders.ts";
import type { HeaderFields } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";

/** Who places a call, and whether the caller withholds the identity. */
export type CallingUser = Pick<SipTarget, "caller" | "callerName" | "profileName" | "callerIs">;

/** From of a caller who is withheld from the callee (RFC 3323, section 4.1.1.3). */
export const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/**
 * From as the callee sees it, and the trunk's identity headers. The identity of a withheld caller is in these only, with
 * the request to keep it within the network (RFC 3323, section 4.1). Pure.
 * @param written a number in the format of the trunk
 */
export function identityHeaders(
    trunk: SipTrunk,
    calling: CallingUser,
    written: (number: PhoneNumber) => string,
): HeaderFields {
    const { callerId, account, isAnonymous } = identitiesOn(trunk, calling.caller, written);
    const isWithheld = isAnonymous || calling.callerIs === "withheld";
    const wish = isWithheld && trunk.identity.some((header) => header !== "remote-party-id") ? { Privacy: "id" } : {};
    const identity = callerId ?? account;
    if (identity === undefined) return { From: ANONYMOUS, ...wish };
    const name = nameOn(trunk, calling);
    // the SIP server puts its own address for localhost, in From and P-Asserted-Identity
    const ownHost = trunk.fromDomain ?? "localhost";
    const told = addressOf(trunk, identity, name, trunk.fromDomain ?? trunk.domain);
    return {
        From: fromOf(trunk, { identity, account, name, isWithheld }),
        ...(trunk.identity.includes("asserted") && {
            "P-Asserted-Identity": addressOf(trunk, identity, name, ownHost),
        }),
        ...(trunk.identity.includes("preferred") && { "P-Preferred-Identity": told }),
        ...(trunk.identity.includes("remote-party-id") && {
            "Remote-Party-ID": `${told};party=calling;screen=yes;privacy=${isWithheld ? "full" : "off"}`,
        }),
        ...wish,
    };
}

/** The other party of a call as an address for a trunk; undefined for one that is withheld. Pure. */
export function partyAddress(
    trunk: SipTrunk,
    party: RemoteParty,
    written: (number: PhoneNumber) => string,
): string | undefined {
    if (party.kind === "anonymous") return undefined;
    const name = displayNameOn(trunk, party.displayName);
    if (party.kind === "address") return formatNameAddress(name, `${trunk.scheme}:${party.address}`);
    return addressOf(trunk, { user: written(party.number), is: "number" }, name, trunk.fromDomain ?? "localhost");
}

/** A number as it can stand in the user part of a SIP URI. */
export function userPart(dialled: string): string {
    return dialled.replace(/#/g, "%23");
}

interface FromParts {
    readonly identity: UriUser;
    readonly account: UriUser | undefined;
    readonly name: string | undefined;
    readonly isWithheld: boolean;
}

function fromOf(trunk: SipTrunk, { identity, account, name, isWithheld }: FromParts): string {
    const host = trunk.fromDomain ?? "localhost";
    // a registrar knows its client by the account, which says nothing about the user who calls
    if (trunk.fromUser === "account" && account !== undefined) {
        return addressOf(trunk, account, isWithheld ? undefined : name, host);
    }
    return isWithheld ? ANONYMOUS : addressOf(trunk, identity, name, host);
}

/** The user part of a URI. */
interface UriUser {
    readonly user: string;
    readonly is: "number" | "account";
}

function addressOf(trunk: SipTrunk, { user, is }: UriUser, name: string | undefined, host: string): string {
    // RFC 3261, section 19.1.1: without it the callee's network takes a number for a name, and shows no number
    const asPhone = is === "number" && trunk.numberUri === "sip-phone" ? ";user=phone" : "";
    return formatNameAddress(name, `${trunk.scheme}:${user}@${host}${asPhone}`);
}

function identitiesOn(
    { callerId: { byUser, fallback, account } }: SipTrunk,
    caller: SipTarget["caller"],
    written: (number: PhoneNumber) => string,
): { readonly callerId?: UriUser; readonly account?: UriUser; readonly isAnonymous: boolean } {
    const rule = byUser.get(caller) ?? fallback;
    const number = rule === "anonymous" ? fallback : rule;
    const hasNumber = number !== undefined && number !== "anonymous";
    return {
        ...(hasNumber && { callerId: { user: written(number), is: "number" } }),
        ...(account !== undefined && { account: { user: escapeUser(account), is: "account" } }),
        isAnonymous: rule === "anonymous" || (!hasNumber && account === undefined),
    };
}

/** The display name for the callee: a configured one, or the Matrix user's own. */
function nameOn(trunk: SipTrunk, calling: CallingUser): string {
    return nameWritten(trunk, calling.callerName) ?? displayNameOn(trunk, calling.profileName);
}

function displayNameOn(trunk: SipTrunk, name: string | undefined): string {
    return nameWritten(trunk, trunk.callerName.style === "none" ? "" : (name ?? "")) ?? "";
}

function nameWritten({ callerName }: SipTrunk, name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const written = callerName.style === "ascii" ? asciiOf(name) : name;
    return Array.from(written.trim()).slice(0, callerName.maxLength).join("");
}

/** `Zoë` is `Zoe`; characters of other scripts and emoji are left out. */
function asciiOf(name: string): string {
    const plain = name.normalize("NFKD").replace(/[^\x20-\x7e]/gu, "");
    return plain.replace(/ +/g, " ");
}
