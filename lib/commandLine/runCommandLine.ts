import { Command, CommanderError, InvalidArgumentError } from "commander";
import { ConfigError } from "../config/ConfigError.ts";
import { loadConfig } from "../config/loadConfig.ts";
import { nearestWord } from "../config/nearestWord.ts";
import { registrationChoicesOf, writeRegistration } from "../config/registration.ts";
import { administer } from "./administer.ts";
import { checkConfig, runDoctor } from "./checkConfig.ts";
import { EXIT_FAILED, EXIT_MISUSED } from "./exitCodes.ts";
import { listenAdvice } from "./listenAdvice.ts";
import { exitOnClosedPipe, print } from "./print.ts";
import { runBridge } from "./runBridge.ts";

interface Options {
    readonly config: string;
    readonly file: string;
    readonly port?: number;
    readonly endCalls?: true;
    readonly generateRegistration?: true;
    readonly url?: string;
    readonly live?: true;
    readonly route?: string;
    readonly from?: string;
    readonly as?: string;
    readonly json?: true;
}

const COMMANDS = ["check-config", "doctor", "admin"];

/** Runs the command line. Never rejects: errors are printed to stderr and set the exit code. */
export async function runCommandLine(argv: readonly string[], version: string): Promise<void> {
    exitOnClosedPipe();
    const program = commandLine(version);
    try {
        await program.parseAsync(argv);
    } catch (error) {
        // commander has printed what is wrong, and throws for --help and --version too
        if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_MISUSED;
        else fail(error);
    }
}

function commandLine(version: string): Command {
    const program = new Command("matrix-appservice-sip")
        .description("Bridge between SIP and Matrix. Without a command, it runs the bridge until SIGTERM or SIGINT.")
        .version(version, "-V, --version", "print the version")
        .argument("[command]")
        .option("-c, --config <file>", "configuration file", "config.yaml")
        .option("-f, --file <file>", "registration file", "registration.yaml")
        .option("-p, --port <port>", "port to listen on for the homeserver, instead of appservice.port", parsePort)
        .option("--end-calls", "at SIGTERM, end all calls instead of leaving connected ones to the next start")
        .option("-r, --generate-registration", "write a registration for the homeserver to --file, and exit")
        .option("-u, --url <url>", "with -r: URL at which the homeserver reaches the bridge", parseUrl)
        .usage("[options] [command]")
        .helpOption("-h, --help", "print this help")
        .helpCommand(false)
        .configureHelp({ showGlobalOptions: true, visibleArguments: () => [] })
        .addHelpText(
            "after",
            "\nExit codes: 0 success, 1 failure, 2 wrong command line, configuration or registration.",
        )
        .exitOverride()
        .action(async (command: string | undefined, options: Options) => {
            if (command === "help") program.help();
            if (command !== undefined) throw new ConfigError([unknownCommand(command)]);
            if (options.generateRegistration) generateRegistration(options);
            else await runBridge({ ...options, configPath: options.config, registrationPath: options.file, version });
        });
    program
        .command("check-config")
        .description("check the configuration file; print a summary, or all errors")
        .option(
            "-l, --live",
            "also test each trunk, rtpengine and the homeserver; exits with 0 only if all of them work",
        )
        .option(
            "--route <number>",
            "print where a call to this number or SIP address goes: inbound, or outbound with --as",
        )
        .option("--from <name>", "with --route: the trunk or peer that sends the call")
        .option("--as <user>", "with --route: the Matrix user that makes the call")
        .helpOption("-h, --help", "print this help")
        .action(async (_own: unknown, command: Command) => {
            const options = command.optsWithGlobals<Options>();
            await checkConfig({ ...options, configPath: options.config, registrationPath: options.file, version });
        });
    program
        .command("doctor")
        .description("check the configuration against the running servers, as check-config --live does")
        .option("--json", "print warnings and findings as JSON")
        .helpOption("-h, --help", "print this help")
        .action(async (_own: unknown, command: Command) => {
            const options = command.optsWithGlobals<Options>();
            await runDoctor({ ...options, configPath: options.config, registrationPath: options.file, version });
        });
    addAdmin(program);
    return program;
}

function addAdmin(program: Command): void {
    program
        .command("admin")
        .description("give a command to the running bridge; admin.token must be configured")
        .argument("[words...]", "the command and its arguments; help lists all commands")
        .option("--json", "print the answer as JSON")
        .helpOption("-h, --help", "print this help")
        .action(async (words: string[], _own: unknown, command: Command) => {
            const options = command.optsWithGlobals<Options>();
            await administer(words, { ...options, configPath: options.config });
        });
}

function unknownCommand(name: string): string {
    const meant = nearestWord(name, COMMANDS);
    const hint = meant === undefined ? "" : `did you mean ${meant}? `;
    return `matrix-appservice-sip: unknown command ${name}; ${hint}--help lists all commands and options`;
}

function generateRegistration({ config: configPath, file, url }: Options): void {
    if (url === undefined) {
        throw new ConfigError([
            "--generate-registration needs --url, the URL at which the homeserver reaches the bridge",
        ]);
    }
    const config = loadConfig(configPath);
    const choices = registrationChoicesOf(config);
    writeRegistration(file, choices, url);
    print(`Wrote ${file}. Add its path to the homeserver's configuration (Synapse: app_service_config_files), make it`);
    print("readable for the homeserver's user, and restart the homeserver.");
    if (config.matrix.joinAsCallee === false) return;
    const who =
        config.matrix.joinAsCallee === "all"
            ? `all users of ${config.homeserver.domain}`
            : `${choices.calledUsers.length} entries for users of ${config.homeserver.domain}`;
    print(`\nCAUTION: because of matrix.joinAsCallee, the registration covers ${who}: the homeserver sends the events`);
    print("of their rooms to the bridge, and the bridge can act as them.");
}

/** Exits: a start that failed halfway may have left something running. */
function fail(error: unknown): never {
    if (error instanceof ConfigError) {
        for (const line of [...error.faults, ...(error.note === undefined ? [] : [error.note])]) {
            process.stderr.write(`${line}\n`);
        }
        process.exit(EXIT_MISUSED);
    }
    const text = error instanceof Error ? describe(error) : String(error);
    process.stderr.write(`matrix-appservice-sip: ${text}${listenAdvice(text)}\n`);
    process.exit(EXIT_FAILED);
}

/** The message with its causes, as far as they add something. No stack: it is for the operator. */
function describe({ message, cause }: Error): string {
    if (!(cause instanceof Error) || message.includes(cause.message)) return message;
    return `${message.replace(/\.$/, "")}: ${describe(cause)}`;
}

function parsePort(text: string): number {
    const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
    if (port < 1 || port > 65535) throw new InvalidArgumentError("It must be from 1 to 65535.");
    return port;
}

function parseUrl(text: string): string {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol)) {
        throw new InvalidArgumentError("It must be an http or https URL such as http://127.0.0.1:9995.");
    }
    return text.replace(/\/+$/, "");
}
