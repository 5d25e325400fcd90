import { Bridge } from "./Bridge.ts";
import { freePort, loopback } from "./freePort.ts";
import { MatrixMessenger } from "./MatrixMessenger.ts";
import { SipMessenger } from "./SipMessenger.ts";
import { Synapse } from "./Synapse.ts";
import type { BridgeConfig } from "./Bridge.ts";
import type { Stoppable } from "./LabProcess.ts";

/** Its server name and numbers are those of `World`. */
const domain = "matrix.example";

export interface MessageWorldOptions {
    /** Changes the bridge's configuration, as for what a spec is about. */
    readonly configure?: (config: BridgeConfig, at: { readonly webPort: number }) => BridgeConfig;
    /** Further environment variables of the bridge. */
    readonly env?: Readonly<Record<string, string>>;
}

/** Synapse, a bridge and a SIP peer behind its trunk: the world of messages, which needs neither media nor a browser. */
export class MessageWorld implements Stoppable {
    readonly synapse: Synapse;
    readonly bridge: Bridge;
    /** Behind the trunk. */
    readonly trunk: SipMessenger;
    readonly #parts: Stoppable[] = [];

    private constructor(synapse: Synapse, bridge: Bridge, trunk: SipMessenger) {
        this.synapse = synapse;
        this.bridge = bridge;
        this.trunk = trunk;
    }

    static async start({ configure = (config) => config, env }: MessageWorldOptions = {}): Promise<MessageWorld> {
        const [synapsePort, trunkPort, webPort] = [await freePort(), await freePort(), await freePort()];
        const bridge = await Bridge.prepare({
            ...(env !== undefined && { env }),
            config: (sip) =>
                configure(
                    {
                        homeserver: { url: `http://${loopback}:${synapsePort}`, domain },
                        matrix: { joinAsCallee: true },
                        sip: { listen: [`udp:${loopback}:${sip.port}`, `tcp:${loopback}:${sip.port}`] },
                        trunks: [
                            {
                                name: "trunk",
                                address: `${loopback}:${trunkPort}`,
                                callerId: "+442079460101",
                                probeSeconds: 0,
                                media: "webrtc",
                            },
                        ],
                        numbers: {
                            defaultCountry: "GB",
                            map: { "+442079460101": `@alice:${domain}`, "+442079460102": `@bob:${domain}` },
                        },
                        messaging: {
                            allow: [{ users: [`@alice:${domain}`], numbers: ["+*"] }],
                            perMinute: 100_000,
                            burst: 100_000,
                        },
                        media: "none",
                        logging: { level: "debug", format: "json" },
                    },
                    { webPort },
                ),
        });
        const synapse = await Synapse.start({
            serverName: domain,
            port: synapsePort,
            registrations: [bridge.registrationFile],
        });
        const trunk = await SipMessenger.start(trunkPort);
        const world = new MessageWorld(synapse, bridge, trunk);
        try {
            await bridge.start();
        } catch (error) {
            await world.stop();
            throw error;
        }
        return world;
    }

    /** Registers a user and opens a client. */
    async openMessenger(localpart: string): Promise<MatrixMessenger> {
        return this.keep(await MatrixMessenger.start(await this.synapse.registerUser(localpart)));
    }

    /** Stops a part together with the world. */
    keep<Part extends Stoppable>(part: Part): Part {
        this.#parts.push(part);
        return part;
    }

    async stop(): Promise<void> {
        await Promise.allSettled(this.#parts.splice(0).map((part) => part.stop()));
        await this.bridge.stop();
        await Promise.all([this.synapse.stop(), this.trunk.stop()]);
    }
}
