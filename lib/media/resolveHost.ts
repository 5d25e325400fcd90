import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Clock } from "../ports/Clock.ts";
import { type PartyDescription, withStreams } from "../sdp/PartyDescription.ts";
import type { Section } from "../sdp/sessionDescription.ts";

/** Finds an IP address of a host; rejects if it has none. */
export type ResolveHost = (host: string, family: 4 | 6) => Promise<string>;

/** How long a name may take to resolve, in ms: a caller waits for it. */
const TIMEOUT_MS = 2_000;

/** The system's resolver, which knows /etc/hosts as well. */
export const resolveBySystem: ResolveHost = async (host, family) => (await lookup(host, { family })).address;

/**
 * A description with an IP address in place of a host name, which RFC 8866, section 5.7, allows and rtpengine cannot read.
 * @throws CallFailure `noCommonMedia` if the name cannot be resolved in time
 */
export async function withResolvedHost(
    party: PartyDescription,
    resolve: ResolveHost,
    clock: Clock,
): Promise<PartyDescription> {
    const hosts = new Map<string, string>();
    for (const { connection } of party.streams) {
        if (connection === undefined || isIP(connection.ip) !== 0 || hosts.has(connection.ip)) continue;
        // with ICE the candidates count, and a browser's own name of its host cannot be resolved by others
        const ip =
            party.transport === "webrtc"
                ? "0.0.0.0"
                : await resolvedWithin(connection.ip, connection.version, resolve, clock);
        hosts.set(connection.ip, ip);
    }
    if (hosts.size === 0) return party;
    const [voice, ...others] = party.streams;
    return withStreams(party, [resolved(voice, hosts), ...others.map((stream) => resolved(stream, hosts))]);
}

function resolved(stream: Section, hosts: ReadonlyMap<string, string>): Section {
    const ip = hosts.get(stream.connection?.ip ?? "");
    return ip === undefined ? stream : { ...stream, connection: { version: ip.includes(":") ? 6 : 4, ip } };
}

async function resolvedWithin(host: string, version: number, resolve: ResolveHost, clock: Clock): Promise<string> {
    const failure = new CallFailure("noCommonMedia", "the media address is a host name that cannot be resolved");
    if (!/^[a-z0-9_](?:[a-z0-9_.-]{0,252})$/i.test(host)) throw failure;
    let stopTimer = (): void => undefined;
    const timeout = new Promise<never>((_, reject) => {
        stopTimer = clock.startTimer(TIMEOUT_MS, () => reject(failure));
    });
    try {
        return await Promise.race([resolve(host, version === 6 ? 6 : 4), timeout]);
    } catch {
        throw failure;
    } finally {
        stopTimer();
    }
}
