import { createHmac, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { synapsePython } from "../install/synapseVenv.ts";
import { makeRunDirectory } from "../labFolder.ts";
import { freePort, loopback } from "./freePort.ts";
import { answersHttp, LabProcess } from "./LabProcess.ts";
import { loginDevice, matrixRequest } from "./matrixRequest.ts";
import { synapseConfig, synapseLogConfig } from "./synapseConfig.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { MatrixDevice } from "./matrixRequest.ts";
import type { SynapseSettings } from "./synapseConfig.ts";

export interface SynapseOptions {
    readonly serverName?: string;
    readonly port?: number;
    readonly registrations?: readonly string[];
    readonly experimentalFeatures?: Readonly<Record<string, unknown>>;
}

const startTimeoutMs = 60_000;

/** A homeserver of its own on loopback, with an empty database. */
export class Synapse implements Stoppable {
    readonly serverName: string;
    readonly url: string;
    readonly directory: string;
    readonly #settings: SynapseSettings;
    readonly #passwords = new Map<string, string>();
    #process: LabProcess;

    private constructor(settings: SynapseSettings, running: LabProcess) {
        this.serverName = settings.serverName;
        this.url = urlOf(settings);
        this.directory = settings.directory;
        this.#settings = settings;
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
        };
        writeFileSync(join(directory, "homeserver.yaml"), synapseConfig(settings, loopback));
        writeFileSync(join(directory, "log.yaml"), synapseLogConfig());
        // The format `synapse.app.homeserver --generate-keys` writes, without the second it takes to start Python.
        const seed = randomBytes(32).toString("base64").replaceAll("=", "");
        writeFileSync(join(directory, "signing.key"), `ed25519 a_lab ${seed}\n`);
        return new Synapse(settings, await launch(settings));
    }

    /** Ends the process and starts it again on the same port with the same data. */
    async restart(): Promise<void> {
        await this.stop();
        this.#process = await launch(this.#settings);
    }

    async stop(): Promise<void> {
        await this.#process.stop();
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

async function launch(settings: SynapseSettings): Promise<LabProcess> {
    const running = LabProcess.start({
        name: "synapse",
        command: synapsePython,
        args: ["-m", "synapse.app.homeserver", "--config-path", join(settings.directory, "homeserver.yaml")],
        directory: settings.directory,
    });
    await running.ready(() => answersHttp(`${urlOf(settings)}/health`), startTimeoutMs);
    return running;
}
