import type { PhoneNumber } from "../../numbering/PhoneNumber.ts";
import type { SipTarget } from "../../ports/CallIntake.ts";
import { escapeUser, formatNameAddress } from "../sipHeaders.ts";
import type { HeaderFields } from "../SipStack.ts";
import type { SipTrunk } from "../SipTrunk.ts";

/** Who places a call, and whether they want that told. */
export type CallingUser = Pick<SipTarget, "caller" | "callerName" | "callerIs">;

const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/**
 * From as the callee shall see it, and the trunk's identity headers. Of a withheld caller only these tell, with the
 * wish to keep it to the network (RFC 3323, section 4.1). `written`: a number as the trunk takes it. Pure.
 */
export function identityHeaders(
    trunk: SipTrunk,
    { caller, callerName, callerIs }: CallingUser,
    written: (number: PhoneNumber) => string,
): HeaderFields {
    const { user, is, isAnonymous } = callerOn(trunk, caller, written);
    const isWithheld = isAnonymous || callerIs === "withheld";
    const wish = isWithheld && trunk.identity.some((header) => header !== "remote-party-id") ? { Privacy: "id" } : {};
    if (user === undefined) return { From: ANONYMOUS, ...wish };
    // RFC 3261, section 19.1.1: without it the callee's network takes it for a name, and shows no number
    const asPhone = is === "number" && trunk.numberUri === "sip-phone" ? ";user=phone" : "";
    const at = (host: string): string => formatNameAddress(callerName, `${trunk.scheme}:${user}@${host}${asPhone}`);
    // the SIP server puts its own address for localhost, in From and P-Asserted-Identity
    const own = at(trunk.fromDomain ?? "localhost");
    const told = at(trunk.fromDomain ?? trunk.domain);
    return {
        From: isWithheld ? ANONYMOUS : own,
        ...(trunk.identity.includes("asserted") && { "P-Asserted-Identity": own }),
        ...(trunk.identity.includes("preferred") && { "P-Preferred-Identity": told }),
        ...(trunk.identity.includes("remote-party-id") && {
            "Remote-Party-ID": `${told};party=calling;screen=yes;privacy=${isWithheld ? "full" : "off"}`,
        }),
        ...wish,
    };
}

function callerOn(
    { callerId: { byUser, fallback, account } }: SipTrunk,
    caller: SipTarget["caller"],
    written: (number: PhoneNumber) => string,
): { readonly user: string | undefined; readonly is: "number" | "account"; readonly isAnonymous: boolean } {
    const rule = byUser.get(caller) ?? fallback;
    const number = rule === "anonymous" ? fallback : rule;
    const isNumber = number !== undefined && number !== "anonymous";
    const ofAccount = account === undefined ? undefined : escapeUser(account);
    const user = isNumber ? written(number) : ofAccount;
    return { user, is: isNumber ? "number" : "account", isAnonymous: rule === "anonymous" || user === undefined };
}
