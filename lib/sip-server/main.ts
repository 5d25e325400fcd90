/**
 * The embedded SIP server as a program of its own. It is started by a parent (the bridge, a test, a shell), speaks the
 * drachtio control protocol to its applications and SIP to the world. This comment is the contract with the parent.
 *
 * Start
 *     node lib/sip-server/main.ts [options]          from sources
 *     node dist/sip-server/main.js [options]         built
 *
 * Options (argv)
 *     --control <host:port>      where applications connect; default 127.0.0.1:9022, port 0 picks a free one
 *     --secret-file <path>       file holding the secret applications authenticate with (surrounding blanks are cut)
 *     --secret <text>            the same as text; every user of the machine can read it, so for tests only
 *     --sip <binding>            where SIP listens; may be repeated. `udp|tcp|tls|ws|wss/address:port`, udp if no transport
 *                                is named, IPv6 in brackets (`tls/[::]:5061`), port 0 picks a free one. Default:
 *                                udp/0.0.0.0:5060 and tcp/0.0.0.0:5060
 *     --advertise <host>         address or name (no port) in Via, Contact and the hostports instead of the bound one
 *     --local-network <network>  address or CIDR network whose peers get the bound address instead of the advertised one; may be
 *                                repeated
 *     --hosts <path>             file in the format of /etc/hosts, used before DNS
 *     --tls-cert, --tls-key <path>   PEM files, needed by tls and wss bindings
 *     --tls-ca <path>            PEM file of the CA certificates to trust instead of those of the system
 *     --tls-insecure             do not verify the certificates of servers
 *     --trust <network>          address or CIDR network of a trusted peer, which has much higher limits; may be repeated. Loopback
 *                                is trusted if neither this nor --unknown-peers is given
 *     --unknown-peers <verdict>      answer | drop: how to handle sources outside --trust; default: drop with --trust, otherwise answer
 *     --ws-origin <origin>       web page whose WebSockets are accepted by their address, such as https://phone.example; may be
 *                                repeated. Requests by WebSockets of other pages get the header X-WebSocket-Origin, and their
 *                                senders the limits of unknown peers, whatever their address
 *     --max-rate <n>             messages per second accepted from one unknown peer; more are dropped and counted
 *     --max-calls <n>            INVITEs beyond this many calls are answered 503 with Retry-After
 *     --metrics <host:port>      serve counters in Prometheus text form over HTTP at /metrics
 *     --hold <seconds>           how long the calls of an application with a resume name outlive its connection; default 60
 *     --linger <seconds>         keep running without a parent until no application has been connected for so long; default:
 *                                stop with the parent
 *     --state-file <path>        file that holds the line of stdout (below) while the server runs, with mode 0600, so that the
 *                                next parent finds a server that outlived the last one; with these options as "arguments"
 *     --bind-wait <ms>           longest wait for an address that the previous process still uses; default 5000
 *     --drain <ms>               longest wait for peers to answer the BYEs of a graceful stop; default 2000
 *     --t1 <ms>                  round trip estimate (T1 of RFC 3261), default 500: smaller makes tests quick
 *     --log-level <level>        error | warn | info | debug; default info
 *     --log-format <format>      text | json; default text
 *     --stop-with-stdin          stop when stdin ends (for parents that have no IPC channel)
 *
 * Environment
 *     SIP_SERVER_SECRET          the secret; used if neither secret option is given, and then removed from process.env.
 *                                One of the three must be set and not empty.
 *
 * stdout carries exactly one line, once everything is bound; host and port are those really bound:
 *     {"event":"listening","pid":4711,"version":"v0.9.10-embedded","control":{"host":"127.0.0.1","port":40123},
 *      "sip":[{"transport":"udp","host":"127.0.0.1","port":5060}],"metrics":null}
 * `sip` has one entry for each --sip option, udp first. stderr carries the log, one entry a line.
 *
 * Stopping: SIGTERM or SIGINT, the end of the IPC channel if the parent made one (`stdio: [..., "ipc"]`), or the end of
 * stdin with --stop-with-stdin; with --linger a server without its parent stops later, see there. New requests get 503, pending INVITEs 480, standing dialogs a BYE; then everything is closed.
 * A second signal ends the process immediately.
 *
 * Exit codes
 *     0    stopped as asked
 *     1    a fault of the program itself; the log has it
 *     2    options, secret, hosts or TLS files unusable: one line on stderr names it and the reason
 *     3    an address could not be bound: one line on stderr names it
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createLog } from "./log.ts";
import type { Log } from "./log.ts";
import { readServerOptions } from "./serverOptions.ts";
import type { ServerOptions } from "./serverOptions.ts";
import { startSipServer } from "./startSipServer.ts";
import type { RunningSipServer } from "./startSipServer.ts";

const exitCodes = { stopped: 0, fault: 1, badOptions: 2, cannotBind: 3 } as const;

async function main(): Promise<void> {
    const secretOfEnvironment = process.env["SIP_SERVER_SECRET"];
    delete process.env["SIP_SERVER_SECRET"];
    const read = readServerOptions({
        argv: process.argv.slice(2),
        secretOfEnvironment,
        readFile: (path) => readFileSync(path, "utf8"),
    });
    switch (read.kind) {
        case "exit":
            return;
        case "bad":
            process.stderr.write(`${read.message}\n`);
            process.exitCode = exitCodes.badOptions;
            return;
        case "options":
            return run(read.options);
    }
}

async function run(options: ServerOptions): Promise<void> {
    const log = createLog(options.logLevel, options.logFormat);
    // A parent that died took our pipes along: that must not keep us from ending the calls.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
    process.on("uncaughtException", (error) => die(log, error));
    let server: RunningSipServer;
    try {
        server = await startSipServer(options, log);
    } catch (error) {
        if (!isBindFailure(error)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exit(exitCodes.cannotBind);
    }
    stopWhenAsked(server, options, log);
    const line = `${JSON.stringify({ event: "listening", pid: process.pid, ...server.listening })}\n`;
    if (options.stateFile !== null) writeStateFile(options.stateFile, stateOf(line));
    process.stdout.write(line);
}

/** With the options that the next parent would start a server with, if it did not find this one. */
function stateOf(line: string): string {
    const listening = JSON.parse(line) as Record<string, unknown>;
    return `${JSON.stringify({ ...listening, arguments: process.argv.slice(2) })}\n`;
}

/** Written aside and moved into place, so that no reader sees half of it. Removed when the process ends by itself. */
function writeStateFile(path: string, line: string): void {
    writeFileSync(`${path}.new`, line, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    process.on("exit", () => rmSync(path, { force: true }));
}

function stopWhenAsked(server: RunningSipServer, options: ServerOptions, log: Log): void {
    let state: "running" | "orphaned" | "stopping" = "running";
    const stop = (cause: string): void => {
        if (state === "stopping") process.exit(exitCodes.stopped);
        state = "stopping";
        log.info("server stopping", { cause });
        server.stop().then(
            () => process.exit(exitCodes.stopped),
            (error: unknown) => die(log, error),
        );
    };
    process.on("SIGTERM", () => stop("SIGTERM"));
    process.on("SIGINT", () => stop("SIGINT"));
    const parentGone = (): void => {
        if (state !== "running") return;
        if (options.lingerMs === null) return stop("parent process ended");
        state = "orphaned";
        log.warn("parent process ended, waiting for an application", { seconds: options.lingerMs / 1000 });
        onceUnused(server, options.lingerMs, () => {
            if (state === "orphaned") stop("no application");
        });
    };
    if (process.connected) process.on("disconnect", parentGone);
    if (options.stopWithStdin) process.stdin.on("end", parentGone).on("error", parentGone).resume();
}

const unusedPollMs = 250;

/** Calls back after no application has been connected for that long. */
function onceUnused(server: RunningSipServer, ms: number, then: () => void): void {
    let usedAt = performance.now();
    const poll = setInterval(() => {
        const now = performance.now();
        if (server.applications() > 0) usedAt = now;
        if (now - usedAt < ms) return;
        clearInterval(poll);
        then();
    }, unusedPollMs);
}

function isBindFailure(error: unknown): error is Error {
    if (!(error instanceof Error) || !("syscall" in error)) return false;
    return error.syscall === "bind" || error.syscall === "listen";
}

/** A program in an unknown state must not go on answering calls; the parent starts a fresh one. */
function die(log: Log, error: unknown): void {
    log.error("unexpected error", { error });
    process.exit(exitCodes.fault);
}

await main();
