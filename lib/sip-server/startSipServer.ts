import { BlockList, isIPv4 } from "node:net";
import { systemClock } from "./Clock.ts";
import { makeControlPort, SERVER_VERSION } from "./drachtio/controlPort.ts";
import type { Hostports } from "./drachtio/ControlServer.ts";
import { standardEngineOptions } from "./engine/EngineOptions.ts";
import type { EngineOptions } from "./engine/EngineOptions.ts";
import type { EngineListener } from "./engine/SipEngine.ts";
import { UserAgentCore } from "./engine/UserAgentCore.ts";
import { EventLoopLag } from "./EventLoopLag.ts";
import type { Log } from "./log.ts";
import { MetricsEndpoint } from "./MetricsEndpoint.ts";
import { formatMetrics } from "./metricsText.ts";
import { parseHostsFile } from "./resolve/hostsFile.ts";
import { SipResolver } from "./resolve/SipResolver.ts";
import { type SenderLogs, senderLogs } from "./senderLogs.ts";
import { serverMetrics } from "./serverMetrics.ts";
import type { ServerOptions } from "./serverOptions.ts";
import { formatHostPort } from "./sip/hostPort.ts";
import type { HostPort } from "./sip/hostPort.ts";
import { waitForAddress } from "./waitForAddress.ts";
import { SocketTransportLayer } from "./transport/SocketTransportLayer.ts";
import type { Binding, Protocol } from "./transport/SipTransport.ts";
import { defaultTransportOptions } from "./transport/TransportOptions.ts";
import type { Admission, RateLimit, TransportOptions } from "./transport/TransportOptions.ts";

/** The addresses that are reported to the parent after everything is bound. */
export type Listening = {
    readonly version: string;
    readonly control: Required<HostPort>;
    readonly sip: readonly ({ readonly transport: Protocol } & Required<HostPort>)[];
    readonly metrics: Required<HostPort> | null;
};

export type RunningSipServer = {
    readonly listening: Listening;
    /** Number of applications that are connected now. */
    applications(): number;
    /** Ends all calls, waiting for their peers no longer than the drain time, then closes everything. */
    stop(): Promise<void>;
};

/** Builds the server from its parts and opens its ports. Rejects with the system's error if one cannot be bound; nothing stays open then. */
export async function startSipServer(options: ServerOptions, log: Log): Promise<RunningSipServer> {
    const senders = senderLogs(systemClock, admission(options), log);
    const lag = new EventLoopLag();
    const [transport, bindings] = await waitForAddress(options.bindWaitMs, log, async () => {
        const layer = new SocketTransportLayer({
            ...transportOptions(options, log, senders),
            isOverloaded: () => lag.isOverloaded(),
        });
        return [layer, await layer.listen(options.sip)] as const;
    });
    const listened = bindings.map(({ protocol }) => protocol);
    const resolver = new SipResolver({
        clock: systemClock,
        hosts: parseHostsFile(options.hosts),
        // who connects needs no listener; but what we choose ourselves is what we can be called back by
        protocols: [...listened, "tcp", "tls", "ws", "wss"],
        chosenFrom: listened,
        families: [...new Set(bindings.map(({ address }) => (isIPv4(address) ? 4 : 6)))],
    });
    const makeEngine = (listener: EngineListener): UserAgentCore =>
        new UserAgentCore({ clock: systemClock, transport, resolver, listener, options: engineOptions(options) });
    const { engine, server, counters, load } = makeControlPort({
        makeEngine,
        secret: options.secret,
        hostports: hostportsOf(bindings),
        clock: systemClock,
        log,
        holdMs: options.holdMs,
        timeOfDay: () => new Date(),
    });
    const endpoint = new MetricsEndpoint(() =>
        formatMetrics(
            serverMetrics({ engine: engine.load(), transport: transport.counters, control: counters, apps: load() }),
        ),
    );
    const closeAll = async (): Promise<void> => {
        await Promise.all([server.close(), transport.close(), endpoint.close()]);
        senders.stop();
        lag.stop();
    };
    try {
        const { control: wanted, metrics, bindWaitMs } = options;
        const control = await waitForAddress(bindWaitMs, log, () => server.listen(wanted.host, wanted.port));
        const listening: Listening = {
            version: SERVER_VERSION,
            control,
            sip: bindings.map(({ protocol, address, port }) => ({ transport: protocol, host: address, port })),
            metrics: metrics && (await endpoint.listen(metrics.host, metrics.port)),
        };
        const stop = async (): Promise<void> => {
            await engine.close(options.drainMs);
            await closeAll();
        };
        return { listening, applications: () => server.connected, stop };
    } catch (error) {
        await closeAll();
        throw error;
    }
}

function transportOptions(
    options: ServerOptions,
    log: Log,
    senders: SenderLogs,
): Partial<TransportOptions> & Pick<TransportOptions, "clock"> {
    const { rateLimit } = defaultTransportOptions;
    const { maxRate } = options;
    return {
        clock: systemClock,
        tls: options.tls,
        admit: admission(options),
        webSocketOrigins: options.webSocketOrigins,
        localNetworks: options.localNetworks,
        rateLimit: maxRate === null ? rateLimit : raised(rateLimit, maxRate),
        onFailure: (trouble) => {
            const { protocol, what, error } = trouble;
            if (trouble.what === "handshake") return senders.handshakes.note(trouble);
            log.warn("listener failed", { protocol, what, error });
        },
        onDrop: (reason, protocol, address) => {
            if (reason === "unlistedSource") senders.unknown.note({ protocol, address });
            if (log.isDebug) log.debug("message dropped", { reason, protocol, address });
        },
    };
}

/** A higher rate for one unknown peer raises the rate for all of them together. */
function raised({ perSecond, altogether, ...limit }: RateLimit, maxRate: number): RateLimit {
    const factor = Math.max(1, maxRate / perSecond);
    return {
        ...limit,
        perSecond: maxRate,
        burst: 4 * maxRate,
        altogether: { perSecond: altogether.perSecond * factor, burst: altogether.burst * factor },
    };
}

function engineOptions(options: ServerOptions): EngineOptions {
    const { maxCalls, t1 } = options;
    const { timing } = standardEngineOptions;
    const admit = admission(options);
    return {
        ...standardEngineOptions,
        isTrusted: (address) => admit(address) === "trusted",
        ...(maxCalls !== null && { maxDialogs: maxCalls }),
        ...(t1 !== null && { timing: { ...timing, t1, d: 64 * t1 } }),
    };
}

/** Source addresses whose admission is remembered. */
const maxVerdicts = 10_000;

/** The networks of `--trust` are trusted. */
function admission({ trust, trustsLoopback, unknownPeers }: ServerOptions): (address: string) => Admission {
    const trusted = new BlockList();
    for (const network of [...(trustsLoopback ? ["127.0.0.0/8", "::1"] : []), ...trust]) {
        const [address = "", prefix] = network.split("/");
        const family = isIPv4(address) ? "ipv4" : "ipv6";
        if (prefix === undefined) trusted.addAddress(address, family);
        else trusted.addSubnet(address, Number(prefix), family);
    }
    const verdict: Admission = unknownPeers === "drop" ? "drop" : "unknown";
    // Asked for each datagram, most of them in a flood: a list costs more than all other checks of a message that is dropped.
    const verdicts = new Map<string, Admission>();
    return (address) => {
        const known = verdicts.get(address);
        if (known !== undefined) return known;
        if (verdicts.size >= maxVerdicts) verdicts.clear();
        const admission = trusted.check(address, isIPv4(address) ? "ipv4" : "ipv6") ? "trusted" : verdict;
        verdicts.set(address, admission);
        return admission;
    };
}

function hostportsOf(bindings: readonly Binding[]): Hostports {
    const list = (name: (binding: Binding) => HostPort): string =>
        bindings.map((binding) => `${binding.protocol}/${formatHostPort(name(binding))}`).join(",");
    return {
        external: list(({ address, port, advertised }) => ({ host: address, port, ...advertised })),
        local: list(({ address, port }) => ({ host: address, port })),
    };
}
