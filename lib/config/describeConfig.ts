import type { Config, PeerConfig, TrunkConfig } from "./Config.generated.ts";
import { describeMessaging } from "./describeMessaging.ts";
import { formatHostPort } from "./HostPort.ts";
import { registrarRealm } from "./registrarRealm.ts";
import { warningsOf } from "./warningsOf.ts";
import { waysIn } from "./waysIn.ts";

export interface ConfigSummary {
    /** What the bridge will do, as pairs of a heading and a text. */
    readonly lines: readonly (readonly [heading: string, text: string])[];
    /** Who can call in and how they are recognised. */
    readonly inbound: readonly string[];
    /** Who can call which numbers, and which trunks serve them. */
    readonly outbound: readonly string[];
    /** What is allowed but does not work, or does more than intended. */
    readonly warnings: readonly string[];
}

const JOINED = {
    false: "are invited to a new call room",
    true: "are joined to a new call room if the configuration names them; the registration covers these users",
    all: "are joined to a new call room; the registration covers all local users",
} as const;

/** Describes a configuration for the operator who checks it. No secrets, and mapped numbers only by count. Pure. */
export function describeConfig(config: Config): ConfigSummary {
    const { homeserver, appservice, matrix, sip, media, store } = config;
    return {
        lines: [
            ["homeserver", `${homeserver.url} (${homeserver.domain})`],
            ["appservice", formatHostPort({ host: appservice.bind, port: appservice.port })],
            [
                "SIP server",
                sip.drachtio === undefined ? embeddedServer(config) : `drachtio at ${formatHostPort(sip.drachtio)}`,
            ],
            [
                "media",
                media === "none"
                    ? "none: media is sent directly between the two parties"
                    : `rtpengine at ${media.rtpengine.map(formatHostPort).join(", ")}`,
            ],
            ["numbers", describeNumbers(config)],
            ["messages", describeMessaging(config)],
            ["called users", JOINED[String(matrix.joinAsCallee) as keyof typeof JOINED]],
            ["store", store.path],
        ],
        inbound: inboundLines(config),
        outbound: outboundLines(config),
        warnings: warningsOf(config),
    };
}

function embeddedServer({ sip }: Config): string {
    return sip.listen
        .map(({ transport, address, port }) => `${transport} ${formatHostPort({ host: address, port })}`)
        .join(", ");
}

function describeNumbers({ numbers: { map, defaultCountry } }: Config): string {
    const routed = [
        `${map.numbers.size} mapped`,
        ...(map.patterns.length === 0 ? [] : [`${map.patterns.length} patterns and ranges`]),
    ];
    const country =
        defaultCountry === undefined ? "numbers without country code stay as they are" : `country ${defaultCountry}`;
    return `${routed.join(", ")}; ${country}`;
}

function inboundLines(config: Config): readonly string[] {
    const { sip, trunks, accounts } = config;
    const lines = [
        ...sip.peers.map((peer) => inboundLine("peer", peer, [`from ${peer.inboundNetworks.join(", ")}`])),
        ...trunks.map((trunk) => inboundLine("trunk", trunk, waysIn(trunk))),
        ...accounts.map(
            ({ username, user }) => `phone ${username} of ${user}: with its password, at ${registrarRealm(config)}`,
        ),
    ];
    return lines.length === 0 ? ["no peer, trunk or phone"] : lines;
}

function inboundLine(
    kind: string,
    { name, trusted, defaultUser }: Pick<PeerConfig, "name" | "trusted" | "defaultUser">,
    ways: readonly string[],
): string {
    const who = `${kind} ${name}${trusted ? " (trusted)" : ""}`;
    if (ways.length === 0) return `${who}: cannot call in`;
    return [
        `${who}: ${ways.join(", or ")}`,
        ...(defaultUser === undefined ? [] : [`calls to unknown numbers reach ${defaultUser}`]),
    ].join("; ");
}

function outboundLines({ dialling, trunks }: Config): readonly string[] {
    const rules = dialling.allow.map(
        ({ users, numbers }) => `${users.join(", ")}: ${numbers.map((pattern) => describePattern(pattern)).join(", ")}`,
    );
    const ways = trunks.map(describeTrunk);
    return [
        ...(rules.length === 0 ? ["no user: dialling.allow is empty"] : rules),
        ...(ways.length === 0 ? [] : [`through ${ways.join("; ")}`]),
    ];
}

function describePattern(pattern: string): string {
    return pattern === "*" ? "every number and address" : pattern;
}

function describeTrunk({ name, address, transport, prefixes, domains }: TrunkConfig): string {
    const serves = [...prefixes.map((prefix) => (prefix === "" ? "every number" : `${prefix}...`)), ...domains];
    const where = `${transport} ${address.map(formatHostPort).join(" or ")}`;
    return `trunk ${name} (${where}): ${serves.length === 0 ? "no number, because prefixes and domains are empty" : serves.join(", ")}`;
}
