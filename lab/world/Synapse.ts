import { execFileSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { synapsePython } from "../install/synapseVenv.ts";
import { makeRunDirectory } from "../labFolder.ts";
import { freePort, loopback } from "./freePort.ts";
import { answersHttp, LabProcess } from "./LabProcess.ts";
import { loginDevice, matrixRequest } from "./matrixRequest.ts";
import { synapseConfig, synapseLogConfig } from "./synapseConfig.ts";
import type { FederationLink } from "./FederationLink.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { MatrixDevice } from "./matrixRequest.ts";
import type { SynapseSettings } from "./synapseConfig.ts";

export interface SynapseOptions {
    readonly serverName?: string;
    readonly port?: number;
    readonly registrations?: readonly string[];
    readonly experimentalFeatures?: Readonly<Record<string, unknown>>;
    /** The network to other homeservers, if it federates; its server name then ends in a port. */
    readonly link?: FederationLink;
}

const startTimeoutMs = 60_000;

/** A homeserver of its own on loopback, with an empty database. */
export class Synapse implements Stoppable {
    readonly serverName: string;
    readonly url: string;
    readonly directory: string;
    #settings: SynapseSettings;
    readonly #environment: Environment;
    readonly #passwords = new Map<string, string>();
    #process: LabProcess;

    private constructor(settings: SynapseSettings, environment: Environment, running: LabProcess) {
        this.serverName = settings.serverName;
        this.url = urlOf(settings);
        this.directory = settings.directory;
        this.#settings = settings;
        this.#environment = environment;
        this.#process = running;
    }

    static async start(options: SynapseOptions = {}): Promise<Synapse> {
        const directory = makeRunDirectory("synapse");
        const settings: SynapseSettings = {
            serverName: options.serverName ?? "matrix.example",
            port: options.port ?? (await freePort()),
            directory,
            registrationSharedSecret: randomBytes(16).toString("hex"),
            registrations: options.registrations ?? [],
            experimentalFeatures: options.experimentalFeatures ?? {},
            federationPort: options.link === undefined ? undefined : await freePort(),
            rejectsInvitations: false,
        };
        if (options.link !== undefined && settings.federationPort !== undefined) {
            makeSelfSignedCertificate(directory);
            options.link.route(settings.serverName, settings.federationPort);
        }
        const environment = options.link === undefined ? {} : { https_proxy: options.link.proxyUrl };
        writeFileSync(join(directory, "log.yaml"), synapseLogConfig());
        // The format `synapse.app.homeserver --generate-keys` writes, without the second it takes to start Python.
        const seed = randomBytes(32).toString("base64").replaceAll("=", "");
        writeFileSync(join(directory, "signing.key"), `ed25519 a_lab ${seed}\n`);
        return new Synapse(settings, environment, await launch(settings, environment));
    }

    /** Ends the process and starts it again on the same port with the same data, and with these settings from now on. */
    async restart(changes: Partial<Pick<SynapseSettings, "rejectsInvitations">> = {}): Promise<void> {
        await this.stop();
        this.#settings = { ...this.#settings, ...changes };
        this.#process = await launch(this.#settings, this.#environment);
    }

    /** Suspends the process: it keeps its connections and answers nothing until `resume`. */
    suspend(): void {
        this.#process.signal("SIGSTOP");
    }

    resume(): void {
        this.#process.signal("SIGCONT");
    }

    async stop(): Promise<void> {
        await this.#process.stop();
    }

    /** Kills it (SIGKILL), as a crash does, and resolves once it is gone. `restart` starts it again. */
    async kill(): Promise<void> {
        this.#process.signal("SIGKILL");
        await this.#process.exited;
    }

    log(): string {
        return this.#process.log();
    }

    /** Registers a user through the admin API and returns their first device, logged in. */
    async registerUser(
        localpart: string,
        displayName = localpart,
        password = randomBytes(8).toString("hex"),
    ): Promise<MatrixDevice> {
        const path = "/_synapse/admin/v1/register";
        const { nonce } = await matrixRequest<{ nonce: string }>(this.url, "GET", path);
        const mac = createHmac("sha1", this.#settings.registrationSharedSecret)
            .update([nonce, localpart, password, "notadmin"].join("\0"))
            .digest("hex");
        const registered = await matrixRequest<RegisterResponse>(this.url, "POST", path, {
            body: { nonce, username: localpart, displayname: displayName, password, admin: false, mac },
        });
        this.#passwords.set(localpart, password);
        return deviceOf(this.url, registered);
    }

    /** Logs a user of `registerUser` in on one more device. */
    async loginAgain(localpart: string): Promise<MatrixDevice> {
        const password = this.#passwords.get(localpart);
        if (password === undefined) throw new Error(`${localpart} was not registered through this handle`);
        return loginDevice(this.url, localpart, password);
    }
}

interface RegisterResponse {
    readonly user_id: string;
    readonly access_token: string;
    readonly device_id: string;
}

/** Other homeservers of the lab do not verify it. */
function makeSelfSignedCertificate(directory: string): void {
    const files = ["-keyout", join(directory, "tls.key"), "-out", join(directory, "tls.crt")];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...key, ...files, "-subj", "/CN=lab", "-days", "2"], { stdio: "pipe" });
}

function deviceOf(homeserverUrl: string, response: RegisterResponse): MatrixDevice {
    return {
        homeserverUrl,
        userId: response.user_id,
        accessToken: response.access_token,
        deviceId: response.device_id,
    };
}

function urlOf(settings: SynapseSettings): string {
    return `http://${loopback}:${settings.port}`;
}

type Environment = Readonly<Record<string, string>>;

async function launch(settings: SynapseSettings, env: Environment): Promise<LabProcess> {
    writeFileSync(join(settings.directory, "homeserver.yaml"), synapseConfig(settings, loopback));
    const running = LabProcess.start({
        name: "synapse",
        command: synapsePython,
        args: ["-m", "synapse.app.homeserver", "--config-path", join(settings.directory, "homeserver.yaml")],
        directory: settings.directory,
        env,
    });
    await running.ready(() => answersHttp(`${urlOf(settings)}/health`), startTimeoutMs);
    return running;
}
