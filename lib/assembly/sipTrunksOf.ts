import { isIP } from "node:net";
import { formatHostPort, type HostPort } from "../config/HostPort.ts";
import type { Config, PeerConfig, TrunkConfig } from "../config/Config.generated.ts";
import { numberingOf, shortCodesOf, type Numbering } from "../config/numberingOf.ts";
import type { NumberFormat } from "../numbering/NumberFormat.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { CountryCode, PhoneNumber } from "../numbering/PhoneNumber.ts";
import type { SipPeer, SipTrunk, TrunkAddress } from "../sip/SipTrunk.ts";

/** What the configuration says of trunks and peers, in the words of the SIP adapter. */
export interface SipTrunks {
    /** Ways out, each of which may call in too. */
    readonly trunks: readonly SipTrunk[];
    /** All who may call in; the first that matches counts. */
    readonly peers: readonly SipPeer[];
}

export function sipTrunksOf(config: Config): SipTrunks {
    const numbering = numberingOf(config);
    // how long it waits is an external SIP server's own business
    const supportsTimeout = config.sip.drachtio === undefined;
    const numbersByUser = numbersByUserIn(config);
    const trunks = config.trunks.map((trunk) => ({
        ...trunkOf(trunk, { ...numbering, shortCodes: shortCodesOf(trunk, config) }, numbersByUser),
        ...addressesOf(trunk),
        ...(supportsTimeout && { answerMs: Math.round(trunk.responseTimeoutSeconds * 1_000) }),
    }));
    return { trunks, peers: [...config.sip.peers.map((peer) => peerOf(peer, numbering)), ...trunks] };
}

type Reached = "domain" | "nextHop" | "alternatives" | "addresses";

/** Where it is called, and where it may call from: an address of either kind, if it is no name. */
function addressesOf(trunk: TrunkConfig): Pick<SipTrunk, Reached> {
    const [first, ...others] = trunk.address;
    const transport = trunk.transport === "udp" ? "" : `;transport=${trunk.transport}`;
    const at = (address: HostPort): TrunkAddress => ({
        domain: formatHostPort(address),
        nextHop: `sip:${formatHostPort(trunk.proxy ?? address)}${transport}${webSocketPath(trunk)}`,
    });
    const fixed = trunk.address.map(({ host }) => host).filter((host) => isIP(host) !== 0);
    return {
        ...at(first),
        ...(others.length > 0 && { alternatives: others.map(at) }),
        addresses: [...fixed, ...trunk.inboundNetworks],
    };
}

/** The number of each user in numbers.map, of several the first full one. */
function numbersByUserIn({ numbers }: Config): ReadonlyMap<MatrixUserId, PhoneNumber> {
    const rankOf = ([number]: readonly [PhoneNumber, MatrixUserId]): number => (number.startsWith("+") ? 0 : 1);
    const bestFirst = [...numbers.map.numbers].sort((one, other) => rankOf(one) - rankOf(other));
    return new Map(bestFirst.map(([number, user]) => [user, number] as const).reverse());
}

function trunkOf(
    trunk: TrunkConfig,
    numbering: Numbering,
    numbersByUser: ReadonlyMap<MatrixUserId, PhoneNumber>,
): Omit<SipTrunk, Reached> {
    const { name, username, password, callerId, callerIds, trusted, maxCalls, charging } = trunk;
    const defaultCountry = trunk.defaultCountry ?? numbering.defaultCountry;
    return {
        name,
        scheme: trunk.scheme,
        ...(trunk.fromDomain !== undefined && { fromDomain: trunk.fromDomain }),
        ...(username !== undefined &&
            password !== undefined && {
                credentials: {
                    username,
                    password: password.reveal(),
                    ...(trunk.realm !== undefined && { realm: trunk.realm }),
                },
            }),
        ...(trunk.inboundAuth !== undefined && {
            inboundAuth: {
                username: trunk.inboundAuth.username,
                password: trunk.inboundAuth.password.reveal(),
                allowsLegacyDigest: trunk.inboundAuth.allowLegacyDigest,
            },
        }),
        ...(trunk.register && { register: { seconds: trunk.registrationSeconds } }),
        numberFormat: formatOf(trunk.numberFormat, defaultCountry),
        dialPrefix: trunk.dialPrefix,
        numberUri: trunk.numberUri,
        ...(trunk.stripPrefix !== undefined && { stripPrefix: trunk.stripPrefix }),
        ...(trunk.transfers !== "deny" && { transfers: trunk.transfers }),
        callerId: {
            byUser: callerId === undefined && trusted ? new Map([...numbersByUser, ...callerIds]) : callerIds,
            ...(callerId !== undefined && { fallback: callerId }),
            ...(username !== undefined && { account: username }),
        },
        fromUser: trunk.fromUser,
        callerName: {
            style: trunk.callerName ?? (trusted ? "full" : "none"),
            maxLength: trunk.callerNameLength,
        },
        // without it, a caller who is not in From would be in no header
        identity: trunk.identity ?? (trusted || trunk.fromUser === "account" ? ["asserted"] : []),
        ...(charging !== undefined && { charging }),
        trusted,
        minimumMedia: trunk.media,
        dtmf: trunk.dtmf,
        earlyMedia: trunk.earlyMedia,
        media: trunk.media,
        ...(trunk.video && { video: "permitted" as const }),
        headers: trunk.headers,
        followsRedirects: true,
        maxCalls: maxCalls ?? Number.POSITIVE_INFINITY,
        callsPerSecond: trunk.callsPerSecond,
        ...(trunk.probeSeconds > 0 && { probeMs: trunk.probeSeconds * 1_000 }),
        ...numbering,
        ...(defaultCountry !== undefined && { defaultCountry }),
    };
}

/** Without a country, what is dialled there cannot be known: a national format is refused by the configuration then. */
function formatOf(style: TrunkConfig["numberFormat"], country: CountryCode | undefined): NumberFormat {
    if (style === "national") return country === undefined ? { style: "plus" } : { style, country };
    return { style };
}

function peerOf(
    { name, inboundNetworks, trusted, media, dtmf, video, stripPrefix, maxCalls, callsPerSecond }: PeerConfig,
    numbering: Numbering,
): SipPeer {
    return {
        name,
        ...(stripPrefix !== undefined && { stripPrefix }),
        addresses: inboundNetworks,
        trusted,
        minimumMedia: media,
        dtmf,
        ...(video && { video: "permitted" as const }),
        maxCalls,
        callsPerSecond,
        ...numbering,
    };
}

/** A parameter that the embedded SIP server takes off the next hop, as docs/design/sip-server.md describes. */
function webSocketPath({ transport, webSocketPath: path }: TrunkConfig): string {
    return path !== undefined && (transport === "ws" || transport === "wss") ? `;ws-path=${path}` : "";
}
