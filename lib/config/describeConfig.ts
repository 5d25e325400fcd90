import type { Config, TrunkConfig } from "./Config.generated.ts";
import { describeMessaging } from "./describeMessaging.ts";
import { formatHostPort } from "./HostPort.ts";
import { warningsOf } from "./warningsOf.ts";

export interface ConfigSummary {
    /** What the bridge will do, as pairs of a heading and what is to be said under it. */
    readonly lines: readonly (readonly [heading: string, text: string])[];
    /** What is allowed but probably not meant. */
    readonly warnings: readonly string[];
}

/** What a configuration amounts to, for the operator who checks it. No secrets, and numbers only by count. */
export function describeConfig(config: Config): ConfigSummary {
    const { homeserver, appservice, matrix, sip, trunks, accounts, numbers, dialling, media, store } = config;
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
                    ? "none: sound passes directly"
                    : `rtpengine at ${media.rtpengine.map(formatHostPort).join(", ")}`,
            ],
            [
                "callers",
                [...sip.peers, ...trunks]
                    .map(({ name, trusted }) => (trusted ? `${name} (trusted)` : name))
                    .join(", ") || "none",
            ],
            ["phones", accounts.map(({ username, user }) => `${username} of ${user}`).join(", ") || "none"],
            ["trunks", trunks.map(describeTrunk).join("; ") || "none"],
            [
                "numbers",
                `${numbers.map.numbers.size + numbers.map.patterns.length} mapped${numbers.defaultCountry === undefined ? "" : `, written as in ${numbers.defaultCountry}`}`,
            ],
            ["dialling", `${dialling.allow.length} ${dialling.allow.length === 1 ? "rule" : "rules"}`],
            ["messages", describeMessaging(config)],
            [
                "called users",
                matrix.joinAsCallee ? "are joined to the room of a call" : "are invited to the room of a call",
            ],
            ["store", store.path],
        ],
        warnings: warningsOf(config),
    };
}

function embeddedServer({ sip }: Config): string {
    return sip.listen
        .map(({ transport, address, port }) => `${transport} ${formatHostPort({ host: address, port })}`)
        .join(", ");
}

function describeTrunk({ name, address, transport, prefixes, domains }: TrunkConfig): string {
    const serves = [...prefixes.map((prefix) => (prefix === "" ? "every number" : `${prefix}...`)), ...domains];
    return `${name} (${transport} ${address.map(formatHostPort).join(" or ")}, ${serves.length === 0 ? "incoming only" : serves.join(", ")})`;
}
