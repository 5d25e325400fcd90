import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { isIP, isIPv4 } from "node:net";
import { parseDecimal } from "./sip/characters.ts";
import { SERVER_VERSION } from "./drachtio/controlPort.ts";
import { findTlsFault } from "./findTlsFault.ts";
import { logFormats, logLevels } from "./log.ts";
import type { LogFormat, LogLevel } from "./log.ts";
import { parseHost } from "./sip/hostPort.ts";
import type { HostPort } from "./sip/hostPort.ts";
import type { Binding, Protocol } from "./transport/SipTransport.ts";
import type { TlsOptions } from "./transport/TransportOptions.ts";

export type ServerOptions = {
    readonly control: Required<HostPort>;
    readonly secret: string;
    readonly sip: readonly Binding[];
    /** Text of a file in /etc/hosts form; empty for none. */
    readonly hosts: string;
    readonly tls: TlsOptions;
    /** CIDR networks whose messages are not rate limited. */
    readonly trust: readonly string[];
    readonly unknownPeers: "answer" | "drop";
    /** Whether loopback is trusted without being listed: only if no option lists trusted peers. */
    readonly trustsLoopback: boolean;
    /** Addresses and CIDR networks whose peers get the bound address, not the advertised one. */
    readonly localNetworks: readonly string[];
    /** Web pages whose WebSockets are accepted by their address, in lower case. */
    readonly webSocketOrigins: readonly string[];
    /** Messages a second from one address that is not trusted. */
    readonly maxRate: number | null;
    readonly maxCalls: number | null;
    readonly metrics: Required<HostPort> | null;
    readonly holdMs: number;
    /** Time without parent and applications after which the server stops; null: it stops with its parent. */
    readonly lingerMs: number | null;
    readonly stateFile: string | null;
    /** Longest wait for an address that the previous process still uses, in ms. */
    readonly bindWaitMs: number;
    readonly drainMs: number;
    /** Round trip estimate in milliseconds, of which most timers are multiples; null for the standard's. */
    readonly t1: number | null;
    readonly logLevel: LogLevel;
    readonly logFormat: LogFormat;
    readonly stopWithStdin: boolean;
};

/** The options of argv and environment. `message` is one line for the user; empty for `exit` after --help and --version, which print by themselves. */
export type OptionsRead =
    | { readonly kind: "options"; readonly options: ServerOptions }
    | { readonly kind: "exit" }
    | { readonly kind: "bad"; readonly message: string };

/** Where options come from. `readFile` throws what `node:fs` throws. */
export type OptionSources = {
    /** Without node and script. */
    readonly argv: readonly string[];
    readonly secretOfEnvironment: string | undefined;
    readonly readFile: (path: string) => string;
};

type RawOptions = {
    control: Required<HostPort>;
    secret?: string;
    secretFile?: string;
    sip?: Binding[];
    advertise?: string;
    hosts?: string;
    tlsCert?: string;
    tlsKey?: string;
    tlsCa?: string;
    tlsInsecure: boolean;
    trust?: string[];
    localNetwork?: string[];
    unknownPeers?: "answer" | "drop";
    wsOrigin?: string[];
    maxRate?: number;
    maxCalls?: number;
    metrics?: Required<HostPort>;
    hold: number;
    linger?: number;
    stateFile?: string;
    bindWait: number;
    drain: number;
    t1?: number;
    logLevel: LogLevel;
    logFormat: LogFormat;
    stopWithStdin: boolean;
};

/** Reads the command line of the SIP server: see `main.ts` for what each option means. */
export function readServerOptions(sources: OptionSources): OptionsRead {
    const command = serverCommand();
    try {
        command.parse(sources.argv, { from: "user" });
        return { kind: "options", options: complete(command.opts<RawOptions>(), sources) };
    } catch (error) {
        if (error instanceof CommanderError) {
            return error.exitCode === 0 ? { kind: "exit" } : { kind: "bad", message: oneLine(error.message) };
        }
        throw error;
    }
}

function serverCommand(): Command {
    return new Command("sip-server")
        .description("SIP server that applications control by the drachtio protocol")
        .version(SERVER_VERSION)
        .option("--control <host:port>", "address of the control port for applications", address, {
            host: "127.0.0.1",
            port: 9022,
        })
        .option("--secret-file <path>", "file with the secret for applications (or set SIP_SERVER_SECRET)")
        .option("--secret <text>", "the secret, visible to every user of the machine")
        .option("--sip <binding>", "SIP listener, as udp|tcp|tls|ws|wss/host:port; may be repeated", binding)
        .option("--advertise <host>", "address or name in Via and Contact instead of the bound address", hostName)
        .option("--hosts <path>", "file in the format of /etc/hosts, used before DNS")
        .option("--tls-cert <path>", "certificate chain, PEM")
        .option("--tls-key <path>", "private key, PEM")
        .option("--tls-ca <path>", "CA certificates to trust instead of those of the system, PEM")
        .option("--tls-insecure", "do not verify the certificates of servers", false)
        .option("--trust <network>", "address or CIDR that is not rate limited; may be repeated", collect)
        .option(
            "--local-network <network>",
            "address or CIDR that --advertise does not apply to; may be repeated",
            collect,
        )
        .addOption(
            new Option("--unknown-peers <verdict>", "how to handle sources outside --trust and loopback").choices([
                "answer",
                "drop",
            ]),
        )
        .option(
            "--ws-origin <origin>",
            "web page whose WebSockets are accepted by their address; may be repeated",
            collectText,
        )
        .option("--max-rate <n>", "messages per second from one unknown peer", positive)
        .option("--max-calls <n>", "maximum number of active calls", positive)
        .option("--metrics <host:port>", "address of the HTTP listener for /metrics", address)
        .option(
            "--hold <seconds>",
            "time that calls of an application with a resume name outlive its connection",
            positive,
            60,
        )
        .option("--linger <seconds>", "time to keep running without a parent and without applications", positive)
        .option("--state-file <path>", "file for the addresses and the process id, for the next parent")
        .option("--bind-wait <ms>", "maximum time to wait for an address that is still in use", positive, 5000)
        .option("--drain <ms>", "maximum time of a graceful stop", positive, 2000)
        .option("--t1 <ms>", "round trip estimate of RFC 3261; for tests", positive)
        .addOption(new Option("--log-level <level>").choices(logLevels).default("info"))
        .addOption(new Option("--log-format <format>").choices(logFormats).default("text"))
        .option("--stop-with-stdin", "stop when stdin ends", false)
        .allowExcessArguments(false)
        .exitOverride()
        .configureOutput({ writeErr: () => undefined });
}

function complete(raw: RawOptions, sources: OptionSources): ServerOptions {
    const read = (option: string, path: string): string => {
        try {
            return sources.readFile(path);
        } catch (error) {
            throw new InvalidArgumentError(`${option}: ${error instanceof Error ? error.message : String(error)}`);
        }
    };
    const sip = (raw.sip ?? [listener("udp"), listener("tcp")]).map((each) => advertised(each, raw.advertise));
    const tls: TlsOptions = {
        ...(raw.tlsCert !== undefined && { certificate: read("--tls-cert", raw.tlsCert) }),
        ...(raw.tlsKey !== undefined && { key: read("--tls-key", raw.tlsKey) }),
        ...(raw.tlsCa !== undefined && { ca: read("--tls-ca", raw.tlsCa) }),
        allowUnverifiedServers: raw.tlsInsecure,
        requireClientCertificate: false,
    };
    if (sip.some(({ protocol }) => protocol === "tls" || protocol === "wss") && !(tls.certificate && tls.key)) {
        throw new InvalidArgumentError("tls and wss bindings need --tls-cert and --tls-key");
    }
    const tlsFault = findTlsFault(tls);
    if (tlsFault !== undefined) throw new InvalidArgumentError(tlsFault);
    return {
        control: raw.control,
        secret: secretOf(raw, sources, read),
        sip,
        hosts: raw.hosts === undefined ? "" : read("--hosts", raw.hosts),
        tls,
        trust: raw.trust ?? [],
        // an operator who lists trusted peers does not want scanners to find the server
        unknownPeers: raw.unknownPeers ?? (raw.trust === undefined ? "answer" : "drop"),
        trustsLoopback: raw.trust === undefined && raw.unknownPeers === undefined,
        localNetworks: raw.localNetwork ?? [],
        webSocketOrigins: (raw.wsOrigin ?? []).map((origin) => origin.toLowerCase()),
        maxRate: raw.maxRate ?? null,
        maxCalls: raw.maxCalls ?? null,
        metrics: raw.metrics ?? null,
        holdMs: raw.hold * 1000,
        lingerMs: raw.linger === undefined ? null : raw.linger * 1000,
        stateFile: raw.stateFile ?? null,
        bindWaitMs: raw.bindWait,
        drainMs: raw.drain,
        t1: raw.t1 ?? null,
        logLevel: raw.logLevel,
        logFormat: raw.logFormat,
        stopWithStdin: raw.stopWithStdin,
    };
}

function secretOf(raw: RawOptions, sources: OptionSources, read: (option: string, path: string) => string): string {
    const fromFile = raw.secretFile === undefined ? undefined : read("--secret-file", raw.secretFile).trim();
    const secret = raw.secret ?? fromFile ?? sources.secretOfEnvironment;
    if (secret === undefined || secret === "") {
        throw new InvalidArgumentError("no secret; set SIP_SERVER_SECRET or --secret-file");
    }
    if (/[|\r\n]/.test(secret))
        throw new InvalidArgumentError("the secret contains |, CR or LF, which the control protocol cannot transport");
    return secret;
}

function listener(protocol: Protocol): Binding {
    return { protocol, address: "0.0.0.0", port: 5060 };
}

/** An address of one family does not apply to listeners of the other; a name may have addresses of both. */
function advertised(each: Binding, host: string | undefined): Binding {
    if (host === undefined || (isIP(host) !== 0 && isIPv4(host) !== isIPv4(each.address))) return each;
    return { ...each, advertised: { host } };
}

function binding(text: string, earlier: readonly Binding[] | undefined): readonly Binding[] {
    const [, protocol = "udp", rest = ""] = /^(?:(udp|tcp|tls|ws|wss)\/)?(.*)$/.exec(text) ?? [];
    const { host, port } = address(rest);
    return [...(earlier ?? []), { protocol: protocol as Protocol, address: ipAddress(host), port }];
}

function address(text: string): Required<HostPort> {
    const [, hostPart = "", portPart = ""] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
    const host = parseHost(hostPart);
    const port = parseDecimal(portPart, 65_535);
    if (host === undefined || host === "" || port === undefined) {
        throw new InvalidArgumentError("Expected host:port, IPv6 in brackets.");
    }
    return { host, port };
}

function ipAddress(text: string): string {
    if (isIP(text) === 0) throw new InvalidArgumentError("Expected an IP address.");
    return text;
}

/** IPv6 without brackets. */
function hostName(text: string): string {
    const host = isIP(text) === 0 ? parseHost(text) : text;
    if (host === undefined || host === "") throw new InvalidArgumentError("Expected an IP address or a host name.");
    return host;
}

function collect(text: string, earlier: readonly string[] | undefined): readonly string[] {
    const [network = "", prefix, ...more] = text.split("/");
    const bits = isIP(network) === 4 ? 32 : 128;
    const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
    if (isIP(network) === 0 || !isPrefix || more.length > 0) {
        throw new InvalidArgumentError("Expected an IP address or CIDR network.");
    }
    return [...(earlier ?? []), text];
}

function collectText(text: string, earlier: readonly string[] | undefined): readonly string[] {
    return [...(earlier ?? []), text];
}

function positive(text: string): number {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1.");
    return Number(text);
}

/** Commander's messages begin with `error: ` and may add a hint on a line of its own. */
function oneLine(message: string): string {
    return message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
}
