declare const brand: unique symbol;

/** `user@host`: a SIP address of record without scheme, port and parameters; the host as `canonicalHost` writes it. */
export type SipAddress = string & { readonly [brand]: "SipAddress" };

/** Room for every real address, and its ghost's name still fits into a Matrix user id. */
const MAX_LENGTH = 128;

const URI = /^(?:sips?:)?([^@]+)@([^@]+)$/i;
/**
 * RFC 3261, section 25.1: unreserved, escaped and user-unreserved. A password behind `:` is cut off before. No escaped
 * controls: a server that decodes them would find a line end.
 */
const USER = /^(?:[0-9A-Za-z\-_.!~*'()&=+$,;?/]|%(?!7F)[2-9A-F][0-9A-F])+$/i;
const PASSWORD = /:.*$/;
/** With underscores, which containers have in their names although RFC 3261 allows none. */
const HOST = /^(?:(?!.*\.\.)[0-9A-Za-z_](?:[0-9A-Za-z._-]*[0-9A-Za-z_])?\.?|\[[0-9A-Fa-f:.]{2,45}\])$/;
/** What a resolver reads as an IPv4 address, in any of its forms: `192.0.2.1`, `0xc0000201`, `192.513`. */
const IPV4_LIKE = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/;
const IPV4_MAPPED = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/;
const PORT_PARAMETERS_AND_HEADERS = /(?::[0-9]{1,5})?(?:[;?].*)?$/;

/**
 * The address of record in `user@host`, `sip:user@host:5060;transport=tcp` or `sips:...`; undefined for anything else,
 * a host without a user included. Escapes that RFC 3261, section 19.1.4 calls equivalent are undone, so that
 * two ways of writing one address are one text.
 */
export function parseSipAddress(text: string): SipAddress | undefined {
    const [, userinfo, hostport] = URI.exec(text.trim()) ?? [];
    if (userinfo === undefined || hostport === undefined) return undefined;
    const user = userinfo.replace(PASSWORD, "");
    const host = hostport.replace(PORT_PARAMETERS_AND_HEADERS, "");
    const canonical = canonicalHost(host);
    if (!USER.test(user) || canonical === undefined) return undefined;
    const address = `${unescapeNeedless(user)}@${canonical}`;
    return address.length <= MAX_LENGTH ? (address as SipAddress) : undefined;
}

/**
 * One text for all spellings of a host in a SIP URI: lower case, without the trailing dot, IPv4 in four decimal numbers,
 * IPv6 in brackets and compressed (RFC 5952), IPv4-mapped IPv6 as IPv4. Undefined for text that is not a host.
 */
export function canonicalHost(text: string): string | undefined {
    if (!HOST.test(text)) return undefined;
    const host = text.replace(/\.$/, "").toLowerCase();
    if (host.startsWith("[")) return canonicalIpv6(host);
    return IPV4_LIKE.test(host) ? (URL.parse(`http://${host}/`)?.hostname ?? host) : host;
}

/** What stands before the `@`, still escaped as in a SIP URI. */
export function userOf(address: SipAddress): string {
    return address.slice(0, address.lastIndexOf("@"));
}

/** What stands behind the `@`: as `canonicalHost` writes it. */
export function hostOf(address: SipAddress): string {
    return address.slice(address.lastIndexOf("@") + 1);
}

/** `%62ob` is `bob`; `%40` must stay as it is, in capitals. */
function unescapeNeedless(user: string): string {
    return user.replace(/%[0-9A-Fa-f]{2}/g, (escape) => {
        const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
        return /[0-9A-Za-z\-_.!~*'()]/.test(character) ? character : escape.toUpperCase();
    });
}

/** Undefined for text in brackets that is not an IPv6 address. */
function canonicalIpv6(bracketed: string): string | undefined {
    const written = URL.parse(`http://${bracketed}/`)?.hostname;
    const [, high, low] = IPV4_MAPPED.exec(written ?? "") ?? [];
    if (high === undefined || low === undefined) return written;
    const [left, right] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
    return [left >> 8, left & 255, right >> 8, right & 255].join(".");
}
