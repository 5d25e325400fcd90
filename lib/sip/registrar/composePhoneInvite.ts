import type { PhoneTarget } from "../../ports/CallTarget.ts";
import type { PhoneContact } from "../../ports/ContactStore.ts";
import { capabilityHeaders, type ComposedInvite, type InviteOptions, referredBy } from "../uac/composeInvite.ts";
import { addressAt } from "../identity/assertedParty.ts";
import { ANONYMOUS } from "../identity/outboundIdentity.ts";

/** How a call is put for a phone that is registered with us at `realm`. Pure. */
export function composePhoneInvite(target: PhoneTarget, realm: string, options: InviteOptions): ComposedInvite {
    const { account, contact, nextHop, route, caller } = target;
    return {
        uri: contact,
        nextHop,
        headers: {
            To: `<sip:${account}@${realm}>`,
            From: addressAt(caller, realm) ?? ANONYMOUS,
            ...(route !== undefined && { Route: route.map((uri) => `<${uri}>`).join(", ") }),
            ...referredBy(target),
            ...capabilityHeaders(options),
        },
    };
}

/**
 * Where a request to a contact is sent: by the Path of its REGISTER, if that was accepted (RFC 3327,
 * section 5.2), else to where it came from, by the connection it came by if there was one. Never to what the Contact
 * names: phones behind NAT do not know their address, and others name a trunk's, at which we may call what they may not.
 */
export function addressingOf({ uri, path, source }: PhoneContact): Pick<PhoneTarget, "contact" | "nextHop" | "route"> {
    const [edge] = path;
    if (edge !== undefined) return { contact: uri, nextHop: edge, route: path };
    const host = source.address.includes(":") ? `[${source.address}]` : source.address;
    const transport = source.protocol === "udp" ? "" : `;transport=${source.protocol}`;
    return { contact: uri, nextHop: `sip:${host}:${source.port}${transport}` };
}

/** Whether it is reached by the connection it registered over, and by nothing else. */
export function isByConnection({ path, source }: PhoneContact): boolean {
    return path.length === 0 && source.protocol !== "udp";
}
