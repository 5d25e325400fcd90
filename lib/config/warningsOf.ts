import type { Config } from "./Config.generated.ts";
import { formatPath } from "./configPath.ts";
import { listenerWarnings } from "./listenerWarnings.ts";
import { messageWarnings } from "./messageWarnings.ts";
import { openRules } from "./openRules.ts";
import { reachabilityWarnings } from "./reachabilityWarnings.ts";
import { registrarRealm } from "./registrarRealm.ts";
import { securityWarnings } from "./securityWarnings.ts";
import { unusedKeys } from "./unusedKeys.ts";

/**
 * Warns about what a configuration allows but its operator probably does not mean. Each warning names the key, what will
 * happen, and what to change. Pure.
 */
export function warningsOf(config: Config): string[] {
    return [
        ...emptySections(config),
        ...reachabilityWarnings(config),
        ...listenerWarnings(config),
        ...unencryptedKeys(config),
        ...unusedKeys(config),
        ...crashingUris(config),
        ...prefixesBeforePlus(config),
        ...unservedRules(config),
        ...openRules(config),
        ...securityWarnings(config),
        ...messageWarnings(config),
    ];
}

function emptySections({ sip, trunks, accounts, dialling }: Config): string[] {
    const warnings: string[] = [];
    if (sip.peers.length === 0 && trunks.length === 0 && accounts.length === 0) {
        warnings.push("sip.peers, trunks and accounts are empty, so every inbound call is rejected; add one of them");
    }
    if (trunks.length > 0 && dialling.allow.length === 0) {
        warnings.push("dialling.allow is empty, so every outbound call is rejected; add a rule");
    }
    if (trunks.length === 0 && accounts.length === 0 && dialling.allow.length > 0) {
        warnings.push("trunks and accounts are empty, so the rules of dialling.allow have no effect; add a trunk");
    }
    return warnings;
}

/** SDES keys (RFC 4568) are part of SDP: everyone who can read the signalling can decrypt the call. */
function unencryptedKeys({ sip, trunks, accounts }: Config): string[] {
    const isOffered = (media: string): boolean => media === "srtp" || media === "srtp-optional";
    const isSecure = (transport: string): boolean => transport === "tls" || transport === "wss";
    const byTrunk = trunks.flatMap(({ media, transport }, index) =>
        isOffered(media) && !isSecure(transport)
            ? [
                  `${formatPath(["trunks", index, "media"])}: SRTP keys are sent over ${transport} without encryption; set transport: tls`,
              ]
            : [],
    );
    // the sender chooses the listener; those of an external server are unknown
    if (sip.drachtio !== undefined || sip.listen.some(({ transport }) => isSecure(transport))) return byTrunk;
    const senders = [
        ...sip.peers.map(({ media }, index) => ({ media, path: ["sip", "peers", index, "media"] })),
        ...accounts.map(({ media }, index) => ({ media, path: ["accounts", index, "media"] })),
    ];
    return [
        ...byTrunk,
        ...senders.flatMap(({ media, path }) =>
            isOffered(media)
                ? [`${formatPath(path)}: SRTP keys are received without encryption; add a tls address to sip.listen`]
                : [],
        ),
    ];
}

/** drachtio-server looks for the host of a URI that has none. The bridge never sends one there. */
function crashingUris({ sip, trunks }: Config): string[] {
    if (sip.drachtio === undefined) return [];
    return trunks.flatMap(({ numberUri }, index) =>
        numberUri === "tel"
            ? [
                  `${formatPath(["trunks", index, "numberUri"])}: outbound calls on this trunk fail, because drachtio-server crashes on tel: URIs; set sip-phone`,
              ]
            : [],
    );
}

/** No network dials `9+44…`; `*31#+44…` some do. */
function prefixesBeforePlus({ trunks }: Config): string[] {
    return trunks.flatMap(({ dialPrefix, numberFormat }, index) =>
        /^[0-9]+$/.test(dialPrefix) && numberFormat === "plus"
            ? [
                  `${formatPath(["trunks", index, "dialPrefix"])}: is put before a +, as in ${dialPrefix}+44; set numberFormat: international or national`,
              ]
            : [],
    );
}

/** Rules that allow what no trunk serves. Calls to Matrix users and their phones need no trunk. */
function unservedRules(config: Config): string[] {
    const { trunks, accounts, numbers, dialling } = config;
    if (trunks.length === 0 && accounts.length === 0) return [];
    const prefixes = trunks.flatMap((trunk) => trunk.prefixes);
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
        return prefixes.some(meets) || toPhones.some((number) => (isOpen ? number.startsWith(head) : number === head));
    };
    return dialling.allow.flatMap((rule, index) =>
        rule.numbers.flatMap((pattern, place) =>
            isServed(pattern)
                ? []
                : [
                      `${formatPath(["dialling", "allow", index, "numbers", place])}: no trunk serves ${pattern}; ${hintFor(pattern)}`,
                  ],
        ),
    );
}

/** What all numbers of a pattern begin with: the text up to the first wildcard (`PatternIndex`). */
function beginningOf(pattern: string): { readonly head: string; readonly isOpen: boolean } {
    const [, head = "", rest = ""] = /^((?:\\\*|[^*?])*)(.*)$/.exec(pattern) ?? [];
    return { head: head.replaceAll("\\*", "*"), isOpen: rest !== "" };
}

function hintFor(pattern: string): string {
    const international = /^00([1-9].*)$/.exec(pattern)?.[1];
    if (international !== undefined) return `write + instead of 00: +${international}`;
    if (/^0[1-9]/.test(pattern)) return "set numbers.defaultCountry, or write the number with its country code";
    return "see prefixes and domains of trunks";
}
