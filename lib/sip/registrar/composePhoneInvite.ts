import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { PhoneTarget } from "../../ports/CallIntake.ts";
import type { PhoneContact } from "../../ports/ContactStore.ts";
import { capabilityHeaders, type ComposedInvite, type InviteOptions } from "../composeInvite.ts";
import { formatNameAddress } from "../sipHeaders.ts";

/** How a call is put for a phone that is registered with us at `realm`. Pure. */
export function composePhoneInvite(
    { account, contact, nextHop, route, caller }: PhoneTarget,
    realm: string,
    options: InviteOptions,
): ComposedInvite {
    return {
        uri: contact,
        ...(nextHop !== undefined && { nextHop }),
        headers: {
            To: `<sip:${account}@${realm}>`,
            From: callerOf(caller, realm),
            ...(route !== undefined && { Route: route.map((uri) => `<${uri}>`).join(", ") }),
            ...capabilityHeaders(options),
        },
    };
}

/**
 * Where a request to a contact is sent. By the way its REGISTER came, if it named one (RFC 3327, section 5.2); over UDP
 * to where it came from, for a phone behind NAT does not know its address; else by its URI, for which the SIP server keeps
 * the connection it registered over.
 */
export function wayTo({ uri, path, source }: PhoneContact): Pick<PhoneTarget, "contact" | "nextHop" | "route"> {
    const [edge] = path;
    if (edge !== undefined) return { contact: uri, nextHop: edge, route: path };
    const isUdp = source.protocol === "udp" && !/;transport=(?!udp)/i.test(uri);
    const host = source.address.includes(":") ? `[${source.address}]` : source.address;
    return { contact: uri, ...(isUdp && { nextHop: `sip:${host}:${source.port}` }) };
}

function callerOf(caller: RemoteParty, realm: string): string {
    switch (caller.kind) {
        case "number":
            return formatNameAddress(
                caller.displayName,
                `sip:${caller.number.replace(/#/g, "%23")}@${realm};user=phone`,
            );
        case "address":
            return formatNameAddress(caller.displayName, `sip:${caller.address}`);
        case "anonymous":
            return '"Anonymous" <sip:anonymous@anonymous.invalid>';
    }
}
