import { join } from "node:path";
import { kamailio } from "../install/debianPackages.ts";
import { makeRunDirectory } from "../labFolder.ts";
import { portIsBound } from "./boundPort.ts";
import { freePort, loopback } from "./freePort.ts";
import { LabProcess } from "./LabProcess.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { SipAddress } from "./SippPhone.ts";

export interface KamailioPlan {
    /** A file of lab/scenarios/kamailio, without its `.cfg`. */
    readonly role: "core" | "edge" | "messages" | "pbx";
    /** What the file wants to be told; its head says which names. */
    readonly define: Readonly<Record<string, string>>;
    /** Where it listens, as when others must know before it starts; a free port of loopback if not given. */
    readonly at?: SipAddress;
}

const sharedMegabytes = 16;
const privateMegabytes = 4;

/** Debian's Kamailio, listening over UDP and TCP on one port of loopback. */
export class Kamailio implements Stoppable {
    readonly address: string;
    readonly port: number;
    readonly #process: LabProcess;

    private constructor(at: SipAddress, running: LabProcess) {
        this.address = at.address;
        this.port = at.port;
        this.#process = running;
    }

    static async start(plan: KamailioPlan): Promise<Kamailio> {
        const directory = makeRunDirectory(`kamailio-${plan.role}`);
        const at = plan.at ?? { address: loopback, port: await freePort() };
        const running = LabProcess.start({
            name: "kamailio",
            command: kamailio.provides,
            args: [
                ...["-DD", "-E", "-f", join(import.meta.dirname, "..", "scenarios", "kamailio", `${plan.role}.cfg`)],
                ...["-w", directory, "-Y", directory],
                ...["-m", String(sharedMegabytes), "-M", String(privateMegabytes)],
                ...["-l", `udp:${at.address}:${at.port}`, "-l", `tcp:${at.address}:${at.port}`],
                ...Object.entries(plan.define).flatMap(([name, value]) => ["-A", `${name}=${JSON.stringify(value)}`]),
            ],
            directory,
            // Its workers notice nothing when the first process is killed; asked, it ends them.
            deathSignal: "TERM",
        });
        // Its sockets are bound long before its workers read them; UDP keeps what arrives meanwhile.
        await running.ready(() => portIsBound("tcp", at.port, at.address), 10_000);
        return new Kamailio(at, running);
    }

    /** What it printed so far. */
    log(): string {
        return this.#process.log();
    }

    /**
     * The methods of the requests that took their way through it within calls, in order; those repeated over UDP once. On
     * one machine a request that forgot its Route would still find the other party, past this proxy.
     */
    requestsWithinCalls(): readonly string[] {
        const lines = new Set(this.log().match(/within call \S+: \w+/g));
        return [...lines].map((line) => line.slice(line.lastIndexOf(" ") + 1));
    }

    stop(): Promise<void> {
        return this.#process.stop();
    }
}
