import { readFileSync } from "node:fs";
import type { Config } from "../config/Config.generated.ts";
import { formatHostPort, type Endpoint, type SipListener } from "../config/HostPort.ts";
import type { Registration } from "../config/registration.ts";
import { sipTrunksOf } from "../assembly/sipTrunksOf.ts";
import { atEachAddress } from "../sip/trunk/atEachAddress.ts";
import { systemClock } from "../sip-server/Clock.ts";
import { parseHostsFile } from "../sip-server/resolve/hostsFile.ts";
import { SipResolver } from "../sip-server/resolve/SipResolver.ts";
import type { TlsOptions } from "../sip-server/transport/TransportOptions.ts";
import { type Finding, timed } from "./Finding.ts";
import { checkOwnCertificate } from "./ownCertificate.ts";
import { probeDigitReports } from "./probeDigitReports.ts";
import { probeDrachtio } from "./probeDrachtio.ts";
import { probeHomeserver } from "./probeHomeserver.ts";
import { probeMediaAddresses } from "./probeMediaAddresses.ts";
import { probeRtpengine } from "./probeRtpengine.ts";
import { probeTrunk } from "./probeTrunk.ts";
import { ADDRESS_FAMILIES, isOwnAddress, SipProbe } from "./SipProbe.ts";

export interface LiveCheckOptions {
    readonly config: Config;
    /** Undefined if there is none yet. */
    readonly registration: Registration | undefined;
    /** TCP port the bridge listens on for the homeserver. */
    readonly port: number;
    readonly version: string;
}

/** Longer than a trial's own timeouts together: a name server, a connection, an answer. */
const LONGEST_WAIT_MS = 20_000;

/**
 * Tests everything that the configuration names, all at the same time, and returns within 20 s. Works next to a running bridge: it
 * displaces no registration and takes no port of it. While no bridge runs, it answers the homeserver's ping in its place.
 * Rejects only if this machine has no socket left, or a file of the configuration is gone since it was read.
 */
export async function checkLive({
    config,
    registration,
    port,
    version,
}: LiveCheckOptions): Promise<readonly Finding[]> {
    const trunks = sipTrunksOf(config).trunks.flatMap(atEachAddress);
    const { drachtio, hostsFile, tls } = config.sip;
    const resolver = new SipResolver({
        clock: systemClock,
        families: ADDRESS_FAMILIES,
        hosts: parseHostsFile(hostsFile === undefined ? "" : readFileSync(hostsFile, "utf8")),
    });
    const listeners = drachtio === undefined ? config.sip.listen : [];
    const probe = await SipProbe.open(tlsOptionsOf(tls), `matrix-appservice-sip/${version}`, listeners);
    const { url, domain } = config.homeserver;
    const listen = { host: config.appservice.bind, port };
    const findings = await Promise.all([
        inTime("homeserver", probeHomeserver({ url, domain, registration, listen })),
        ...enginesOf(config).map(([engine, media]) => inTime("rtpengine", probeEngine(engine, config, media))),
        inTime("rtpengine", probeDigitReports(config)),
        ...listeners
            .filter(({ address }) => !isOwnAddress(address))
            .map((listener) => Promise.resolve(foreignListener(listener))),
        ...(drachtio === undefined
            ? [inTime("SIP server", examineCertificate(config.sip))]
            : [inTime("SIP server", one(probeDrachtio({ ...drachtio, secret: drachtio.secret.reveal() })))]),
        ...trunks.map((trunk) => inTime(`trunk ${trunk.name}`, probeTrunk(trunk, { probe, resolver }))),
    ]);
    await probe.close();
    return findings.flat();
}

type Media = Exclude<Config["media"], "none">;

function enginesOf({ media }: Config): readonly (readonly [Endpoint, Media])[] {
    return media === "none" ? [] : media.rtpengine.map((engine) => [engine, media] as const);
}

/** Pings an instance, and asks it for its addresses if it responds. */
async function probeEngine(engine: Endpoint, config: Config, media: Media): Promise<readonly Finding[]> {
    const ping = await probeRtpengine(engine, media.timeoutMs);
    if (ping.result.kind === "fails") return [ping];
    return [ping, await probeMediaAddresses(engine, config, media)];
}

function foreignListener({ transport, address, port }: SipListener): readonly Finding[] {
    const advice = "check sip.listen, or the network settings of this machine";
    const result = { kind: "fails", text: "not an address of this machine", advice } as const;
    return [{ part: "SIP server", tried: `listen, ${transport} ${formatHostPort({ host: address, port })}`, result }];
}

/** As the SIP server receives them (lib/assembly/sipServerArguments.ts). */
function tlsOptionsOf(tls: Config["sip"]["tls"]): TlsOptions {
    const { certificate, key, caCertificates } = tls ?? {};
    return {
        ...(certificate !== undefined && { certificate: readFileSync(certificate, "utf8") }),
        ...(key !== undefined && { key: readFileSync(key, "utf8") }),
        ...(caCertificates !== undefined && { ca: readFileSync(caCertificates, "utf8") }),
        allowUnverifiedServers: false,
        requireClientCertificate: false,
    };
}

async function examineCertificate(sip: Config["sip"]): Promise<readonly Finding[]> {
    const result = checkOwnCertificate(sip, Date.now());
    return result === undefined
        ? []
        : [await timed("SIP server", "certificate, sip.tls", () => Promise.resolve(result))];
}

async function one(finding: Promise<Finding>): Promise<readonly Finding[]> {
    return [await finding];
}

/** What hangs all the same is a finding, too. */
async function inTime(part: string, trial: Promise<readonly Finding[]>): Promise<readonly Finding[]> {
    const fails = (text: string): Finding => ({ part, tried: "", result: { kind: "fails", text, advice: "" } });
    let cancel = (): void => undefined;
    const late = new Promise<readonly Finding[]>((resolve) => {
        cancel = systemClock.setTimer(LONGEST_WAIT_MS, () =>
            resolve([fails(`not finished within ${LONGEST_WAIT_MS / 1_000} s`)]),
        );
    });
    const result = await Promise.race([trial, late]).catch((error: unknown) => [
        fails(error instanceof Error ? error.message : String(error)),
    ]);
    cancel();
    return result;
}
