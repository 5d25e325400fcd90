import { randomBytes } from "node:crypto";
import type { Config } from "../config/Config.generated.ts";
import { isLoopback, isPrivate } from "../config/ipAddresses.ts";
import { formatHostPort, type Endpoint } from "../config/HostPort.ts";
import { NgClient } from "../media/NgClient.ts";
import { NgFailure } from "../media/NgFailure.ts";
import { UdpNgSocket } from "../media/UdpNgSocket.ts";
import type { NgDictionary } from "../media/ngProtocol.ts";
import { systemClock } from "../telemetry/systemClock.ts";
import { type Finding, type Result, timed } from "./Finding.ts";

type Media = Exclude<Config["media"], "none">;

/** Asks an rtpengine which addresses it announces for audio, by a session that is deleted immediately. */
export async function probeMediaAddresses(engine: Endpoint, config: Config, media: Media): Promise<Finding> {
    const tried = `addresses for audio, ng offer, udp ${formatHostPort(engine)}`;
    return await timed("rtpengine", tried, async () => {
        const client = new NgClient(engine, {
            clock: systemClock,
            timeoutMs: media.timeoutMs,
            openSocket: (address, receive) => new UdpNgSocket(address, receive),
        });
        try {
            const [sip, webrtc] = [await announced(client, media, "sip"), await announced(client, media, "webrtc")];
            return checkMediaAddresses({ sip, webrtc }, peersOutside(config));
        } catch (error) {
            if (!(error instanceof NgFailure)) throw error;
            const advice = "check interface, port-min and port-max in rtpengine.conf";
            return { kind: "fails", text: `session rejected: ${error.message}`, advice };
        } finally {
            client.close();
        }
    });
}

export interface AnnouncedAddresses {
    readonly sip: readonly string[];
    readonly webrtc: readonly string[];
}

/**
 * Checks the announced addresses: private ones cannot be reached by parties outside of the network.
 * @param outside what shows that there are such parties; empty if nothing does
 */
export function checkMediaAddresses({ sip, webrtc }: AnnouncedAddresses, outside: readonly string[]): Result {
    const all = [...new Set([...sip, ...webrtc])];
    if (all.length === 0) {
        return { kind: "fails", text: "no address announced", advice: "check interface in rtpengine.conf" };
    }
    const text = `SIP ${sip.join(", ")}; Matrix ${webrtc.join(", ")}`;
    const inside = all.filter((address) => isPrivate(address) || isLoopback(address));
    if (inside.length < all.length || outside.length === 0) return { kind: "works", text };
    const advice = `${inside.join(", ")} cannot be reached from outside (${outside.join(", ")}): set interface = ${inside[0]}!<public address> in rtpengine.conf`;
    return { kind: "works", text, advice };
}

function peersOutside({ sip, trunks }: Config): readonly string[] {
    const isOutside = (host: string): boolean => /^[0-9a-f.:]+$/i.test(host) && !isPrivate(host) && !isLoopback(host);
    const networkOf = (network: string): string => network.split("/")[0] ?? network;
    return [
        ...(sip.publicAddress === undefined ? [] : ["sip.publicAddress is set"]),
        ...sip.peers
            .filter(({ inboundNetworks }) => inboundNetworks.map(networkOf).some(isOutside))
            .map(({ name }) => `peer ${name}`),
        ...trunks
            .filter(({ address }) => address.some(({ host }) => isOutside(host)))
            .map(({ name }) => `trunk ${name}`),
    ];
}

async function announced(
    client: NgClient,
    { interfaces }: Media,
    towards: "sip" | "webrtc",
): Promise<readonly string[]> {
    const names = { "call-id": `check-config-${randomBytes(8).toString("hex")}`, "from-tag": "check" };
    const direction = interfaces === undefined ? {} : { direction: [interfaces.sip, interfaces[towards]] };
    const reply = await client.request("offer", { ...names, ...direction, sdp: OFFER, ...TRANSPORTS[towards] });
    await client.request("delete", { ...names, "delete-delay": 0 });
    const sdp = typeof reply["sdp"] === "string" ? reply["sdp"] : "";
    const lines = [...sdp.matchAll(/^c=IN IP[46] (\S+)|^a=candidate:\S+ 1 \S+ \S+ (\S+) /gm)];
    return [...new Set(lines.map(([, connection, candidate]) => connection ?? candidate ?? ""))].filter(
        (address) => address !== "" && address !== "0.0.0.0" && address !== "::",
    );
}

const TRANSPORTS: Readonly<Record<"sip" | "webrtc", NgDictionary>> = {
    sip: { "transport-protocol": "RTP/AVP", ICE: "remove" },
    webrtc: { "transport-protocol": "UDP/TLS/RTP/SAVPF", ICE: "force" },
};

const OFFER = [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=audio 9 RTP/AVP 8",
    "a=rtpmap:8 PCMA/8000",
    "",
].join("\r\n");
