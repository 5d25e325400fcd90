declare const brand: unique symbol;

/** `user@host`: a SIP address of record without scheme, port and parameters; the host in lower case. */
export type SipAddress = string & { readonly [brand]: "SipAddress" };

/** Room for every real address, and its ghost's name still fits into a Matrix user id. */
const MAX_LENGTH = 128;

const URI = /^(?:sips?:)?([^@]+)@([^@]+)$/i;
/**
 * RFC 3261, section 25.1: unreserved, escaped and user-unreserved. A password behind `:` is cut off before. No escaped
 * controls: whoever undoes them on the way would find a line end.
 */
const USER = /^(?:[0-9A-Za-z\-_.!~*'()&=+$,;?/]|%(?!7F)[2-9A-F][0-9A-F])+$/i;
const PASSWORD = /:.*$/;
const HOST = /^(?:[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?\.?|\[[0-9A-Fa-f:.]{2,45}\])$/;
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
    if (!USER.test(user) || !HOST.test(host)) return undefined;
    const address = `${unescapeNeedless(user)}@${host.replace(/\.$/, "").toLowerCase()}`;
    return address.length <= MAX_LENGTH ? (address as SipAddress) : undefined;
}

/** What stands before the `@`, still escaped as in a SIP URI. */
export function userOf(address: SipAddress): string {
    return address.slice(0, address.lastIndexOf("@"));
}

/** What stands behind the `@`: lower case, no port. */
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
