import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../labFolder.ts";
import { sipp as sippProgram } from "../install/debianPackages.ts";
import { portIsBound } from "../world/boundPort.ts";
import { LabProcess } from "../world/LabProcess.ts";
import type { Stoppable } from "../world/LabProcess.ts";
import { suiteNetwork } from "./suiteCopy.ts";

/** A container of the suite's docker-compose file, as a process on an address of the loopback network. */
interface Member {
    readonly name: string;
    readonly address: string;
    /** The scenario a SIPp plays; null for a SIP server. */
    readonly scenario: string | null;
}

interface ComposeFile {
    readonly services: Readonly<
        Record<string, { command: string; networks: Readonly<Record<string, { ipv4_address: string }>> }>
    >;
}

/** The address and the name of the one SIPp that a test starts by itself and calls by its name. */
export const lateCallee = { name: "sipp-uas-b-teardown", address: `${suiteNetwork.loopback}0.40` } as const;
const secret = "cymru";

/** The servers and telephones the suite expects to find, all running. */
export class SuiteTestbed implements Stoppable {
    /** Control ports by the names the suite knows the servers by. */
    readonly controlPorts: ReadonlyMap<string, number>;
    readonly #processes: readonly LabProcess[];

    private constructor(processes: readonly LabProcess[], controlPorts: ReadonlyMap<string, number>) {
        this.#processes = processes;
        this.controlPorts = controlPorts;
    }

    /** `suite` is the directory of the copy, `directory` takes logs and the hosts file. */
    static async start(suite: string, directory: string): Promise<SuiteTestbed> {
        const members = membersOf(join(suite, "test", "docker-compose-testbed.yaml"));
        const hosts = join(directory, "hosts");
        writeFileSync(hosts, [...members, lateCallee].map(({ address, name }) => `${address} ${name}\n`).join(""));
        const processes: LabProcess[] = [];
        const controlPorts = new Map<string, number>();
        for (const member of members) {
            if (member.scenario !== null) {
                processes.push(await startSipp(member, join(suite, "test", "scenarios", member.scenario), directory));
                continue;
            }
            const [server, port] = await startServer(member, hosts, directory);
            processes.push(server);
            controlPorts.set(member.name, port);
        }
        return new SuiteTestbed(processes, controlPorts);
    }

    /** What the suite reads from its config package. */
    get configuration(): Readonly<Record<string, { host: string; port: number; secret: string }>> {
        return Object.fromEntries(
            [...this.controlPorts].map(([name, port]) => [name, { host: "127.0.0.1", port, secret }]),
        );
    }

    async stop(): Promise<void> {
        await Promise.all(this.#processes.map((each) => each.stop()));
    }
}

function membersOf(composeFile: string): readonly Member[] {
    const { services } = parse(readFileSync(composeFile, "utf8")) as ComposeFile;
    return Object.entries(services).map(([name, { command, networks }]) => ({
        name,
        address: (Object.values(networks)[0]?.ipv4_address ?? "").replace(
            suiteNetwork.containers,
            suiteNetwork.loopback,
        ),
        scenario: /^sipp -sf \/tmp\/(\S+)$/.exec(command)?.[1] ?? null,
    }));
}

async function startSipp({ name, address }: Member, scenario: string, directory: string): Promise<LabProcess> {
    const args = ["-sf", scenario, "-i", address, "-bind_local", "-p", "5060", "-nostdin"];
    const sipp = LabProcess.start({ name, command: sippProgram.provides, args, directory, env: { TERM: "dumb" } });
    await sipp.ready(() => portIsBound("udp", 5060, address), 5_000);
    return sipp;
}

async function startServer({ name, address }: Member, hosts: string, directory: string): Promise<[LabProcess, number]> {
    const server = LabProcess.start({
        name,
        command: process.execPath,
        args: [
            join(projectRoot, "lib", "sip-server", "main.ts"),
            ...["--control", "127.0.0.1:0", "--sip", `udp/${address}:5060`, "--hosts", hosts, "--log-level", "debug"],
        ],
        directory,
        env: { SIP_SERVER_SECRET: secret },
    });
    const port = await server.ready(() => {
        const line = server
            .log()
            .split("\n")
            .find((each) => each.startsWith('{"event":"listening"'));
        return line === undefined ? undefined : (JSON.parse(line) as { control: { port: number } }).control.port;
    }, 10_000);
    return [server, port];
}
