import { registrarRealm } from "./registrarRealm.ts";
import type { Config } from "./Config.generated.ts";
import { formatPath } from "./configPath.ts";
import { messageWarnings } from "./messageWarnings.ts";
import { openRules } from "./openRules.ts";

const DEFAULT_REGISTER_SECONDS = 600;

/** What a configuration allows but its operator probably does not mean, each with the key it is about and what to do. Pure. */
export function warningsOf(config: Config): string[] {
    return [
        ...emptinessOf(config),
        ...keysInClear(config),
        ...idleRegistrations(config),
        ...deadlyUris(config),
        ...prefixesBeforePlus(config),
        ...unservedRules(config),
        ...openRules(config),
        ...messageWarnings(config),
    ];
}

function emptinessOf({ sip, trunks, accounts, dialling }: Config): string[] {
    const warnings: string[] = [];
    if (sip.peers.length === 0 && trunks.length === 0 && accounts.length === 0) {
        warnings.push(
            "No SIP sender can call in: sip.peers, trunks and accounts are empty; add a trunk, a peer or an account.",
        );
    }
    if (trunks.length > 0 && dialling.allow.length === 0) {
        warnings.push("No user can call out: dialling.allow is empty; add a rule.");
    }
    if (trunks.length === 0 && accounts.length === 0 && dialling.allow.length > 0) {
        warnings.push("Calls out have nowhere to go: trunks and accounts are empty.");
    }
    return warnings;
}

/** The keys of SDES (RFC 4568) stand in SDP: who reads the signalling hears the call. */
function keysInClear({ sip, trunks, accounts }: Config): string[] {
    const isOffered = (media: string): boolean => media === "srtp" || media === "srtp-optional";
    const isSecure = (transport: string): boolean => transport === "tls" || transport === "wss";
    const byTrunk = trunks.flatMap(({ media, transport }, index) =>
        isOffered(media) && !isSecure(transport)
            ? [
                  `${formatPath(["trunks", index, "media"])}: the keys of ${media} go by ${transport} in clear; set transport: tls.`,
              ]
            : [],
    );
    // which of several ways in a phone takes is its own choice; an external server's are not known
    if (sip.drachtio !== undefined || sip.listen.some(({ transport }) => isSecure(transport))) return byTrunk;
    const comers = [
        ...sip.peers.map(({ media }, index) => ({ media, path: ["sip", "peers", index, "media"] })),
        ...accounts.map(({ media }, index) => ({ media, path: ["accounts", index, "media"] })),
    ];
    const text = "come in clear, as sip.listen has no tls address; add one with sip.tls.";
    return [
        ...byTrunk,
        ...comers.flatMap(({ media, path }) =>
            isOffered(media) ? [`${formatPath(path)}: the keys of ${media} ${text}`] : [],
        ),
    ];
}

function idleRegistrations({ trunks }: Config): string[] {
    return trunks.flatMap(({ register, registrationSeconds }, index) =>
        !register && registrationSeconds !== DEFAULT_REGISTER_SECONDS
            ? [`${formatPath(["trunks", index, "registrationSeconds"])}: is of no use without register: true.`]
            : [],
    );
}

/** It would look for the host of such a URI, and die of there being none: the bridge does not send them there. */
function deadlyUris({ sip, trunks }: Config): string[] {
    if (sip.drachtio === undefined) return [];
    return trunks.flatMap(({ numberUri }, index) =>
        numberUri === "tel"
            ? [
                  `${formatPath(["trunks", index, "numberUri"])}: outbound calls fail, because drachtio-server crashes on tel: URIs; set sip-phone.`,
              ]
            : [],
    );
}

/** No network dials `9+44…`; `*31#+44…` some do. */
function prefixesBeforePlus({ trunks }: Config): string[] {
    return trunks.flatMap(({ dialPrefix, numberFormat }, index) =>
        /^[0-9]+$/.test(dialPrefix) && numberFormat === "plus"
            ? [
                  `${formatPath(["trunks", index, "dialPrefix"])}: stands before a +, as in ${dialPrefix}+44; set numberFormat.`,
              ]
            : [],
    );
}

/** Rules that allow what no trunk serves. What reaches Matrix users and their phones needs no trunk. */
function unservedRules(config: Config): string[] {
    const { trunks, accounts, numbers, dialling } = config;
    if (trunks.length === 0 && accounts.length === 0) return [];
    const ways = trunks.flatMap(({ prefixes }) => prefixes);
    const hosts = trunks.flatMap(({ domains }) => domains);
    const toPhones = accounts.length === 0 ? [] : [...numbers.map.numbers.keys()];
    const isServed = (pattern: string): boolean => {
        const host = /@([^@]*)$/.exec(pattern)?.[1];
        if (host !== undefined) {
            return (
                host.includes("*") || hosts.includes(host) || (accounts.length > 0 && host === registrarRealm(config))
            );
        }
        const { head, isOpen } = beginningOf(pattern);
        const meets = (beginning: string): boolean =>
            head.startsWith(beginning) || (isOpen && beginning.startsWith(head));
        return ways.some(meets) || toPhones.some((number) => (isOpen ? number.startsWith(head) : number === head));
    };
    return dialling.allow.flatMap((rule, index) =>
        rule.numbers.flatMap((pattern, place) =>
            isServed(pattern)
                ? []
                : [
                      `${formatPath(["dialling", "allow", index, "numbers", place])}: no trunk serves it; see prefixes and domains of trunks.`,
                  ],
        ),
    );
}

/** What a pattern's numbers begin with: up to the first wildcard (`PatternIndex`). */
function beginningOf(pattern: string): { readonly head: string; readonly isOpen: boolean } {
    const [, head = "", rest = ""] = /^((?:\\\*|[^*?])*)(.*)$/.exec(pattern) ?? [];
    return { head: head.replaceAll("\\*", "*"), isOpen: rest !== "" };
}
