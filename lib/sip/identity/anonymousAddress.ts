import { type NameAddress, parseUri } from "../sipHeaders.ts";

/** RFC 3323, section 4.1.1.3; many networks write `anonymous`, or the ISDN's word for it, at their own host. */
export function isAnonymous({ uri }: NameAddress): boolean {
    const { user, host } = parseUri(uri) ?? {};
    return host === "anonymous.invalid" || ["anonymous", "restricted"].includes(user?.toLowerCase() ?? "");
}
