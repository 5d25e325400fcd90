import { silentProgress } from "../install/Progress.ts";
import { Bridge } from "./Bridge.ts";
import { Chromium } from "./Chromium.ts";
import { freePort, loopback } from "./freePort.ts";
import { Rtpengine } from "./Rtpengine.ts";
import { SippPhone } from "./SippPhone.ts";
import { Synapse } from "./Synapse.ts";
import type { LoginOptions } from "../browser/LabPage.ts";
import type { Progress } from "../install/Progress.ts";
import type { BridgeConfig } from "./Bridge.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { MatrixClientPage } from "./MatrixClientPage.ts";
import type { CalledPhoneOptions, OutgoingCall } from "./SippPhone.ts";

export interface WorldOptions {
    readonly progress?: Progress;
    /** Changes the bridge's configuration, as for what a spec is about. */
    readonly configure?: (config: BridgeConfig) => BridgeConfig;
    /** Where rtpengine takes media, of phones and of browsers; 127.0.0.1 if not given. */
    readonly mediaAddress?: string;
}

export const domain = "matrix.example";

/** Numbers that Ofcom reserves for drama: they have no subscriber. */
export const numbers = {
    /** Reaches @alice. */
    alice: "+442079460101",
    /** Reaches @bob. */
    bob: "+442079460102",
    /** A phone behind the trunk; any other number would do. */
    phone: "+442079460500",
} as const;

/**
 * The real world around a bridge, and the bridge: Synapse, rtpengine and Chromium, each of its own on free ports of
 * loopback, so several worlds can run at the same time. Everything that is started through it ends with it.
 */
export class World implements Stoppable {
    readonly synapse: Synapse;
    readonly rtpengine: Rtpengine;
    readonly chromium: Chromium;
    readonly bridge: Bridge;
    /** The trunk of the bridge's configuration leads here: where a phone must listen to be called from Matrix. */
    readonly trunkPort: number;
    readonly #registered = new Set<string>();
    readonly #phones: Stoppable[] = [];

    private constructor(parts: Parts) {
        this.synapse = parts.synapse;
        this.rtpengine = parts.rtpengine;
        this.chromium = parts.chromium;
        this.bridge = parts.bridge;
        this.trunkPort = parts.trunkPort;
    }

    static async start(options: WorldOptions = {}): Promise<World> {
        const started: Stoppable[] = [];
        try {
            return new World(await startParts(options, started));
        } catch (error) {
            await Promise.allSettled(started.map((part) => part.stop()));
            throw error;
        }
    }

    /** Opens a device of a user, who is registered if they are new; a second call opens a second device. */
    async openClient(
        localpart: string,
        options: Partial<LoginOptions> & Pick<LoginOptions, "toneHz">,
    ): Promise<MatrixClientPage> {
        const known = this.#registered.has(localpart);
        this.#registered.add(localpart);
        const displayName = localpart.charAt(0).toUpperCase() + localpart.slice(1);
        const device = known
            ? await this.synapse.loginAgain(localpart)
            : await this.synapse.registerUser(localpart, displayName);
        return this.chromium.openClient(device, { joinsOnInvite: true, ...options });
    }

    /** A phone calls through the bridge. @param call.to as in `sip:+442079460101@bridge` or `sip:alice@matrix.example` */
    async phoneCalls(call: Omit<OutgoingCall, "via">): Promise<SippPhone> {
        return this.keepPhone(await SippPhone.call({ ...call, via: this.bridge.sip }));
    }

    /**
     * A phone waits for the call of a Matrix user: behind the trunk, one at a time, or on a port of its own where a trunk
     * of the spec's configuration leads.
     */
    async phoneListens(options: CalledPhoneOptions): Promise<SippPhone> {
        return this.keepPhone(await SippPhone.listen({ port: this.trunkPort, ...options }));
    }

    /** Has a phone started elsewhere end with the others. */
    keepPhone<Phone extends Stoppable>(phone: Phone): Phone {
        this.#phones.push(phone);
        return phone;
    }

    /** Stops every phone, as between two specs. */
    async stopPhones(): Promise<void> {
        await Promise.all(this.#phones.splice(0).map((phone) => phone.stop()));
    }

    async stop(): Promise<void> {
        await this.stopPhones();
        // The bridge first, while the parties of its calls still run.
        await this.bridge.stop();
        await Promise.all([this.chromium.stop(), this.synapse.stop(), this.rtpengine.stop()]);
    }
}

interface Parts {
    readonly synapse: Synapse;
    readonly rtpengine: Rtpengine;
    readonly chromium: Chromium;
    readonly bridge: Bridge;
    readonly trunkPort: number;
}

/** @param started what to stop if a later part does not start */
async function startParts(options: WorldOptions, started: Stoppable[]): Promise<Parts> {
    const { progress = silentProgress, configure = (config: BridgeConfig) => config } = options;
    const keep = <T extends Stoppable>(part: T): T => {
        started.push(part);
        return part;
    };
    const step = progress.begin("Starting Synapse, rtpengine, Chromium");
    const startingChromium = Chromium.start().then((part) => keep(part));
    // A failure is reported where it is awaited, below.
    startingChromium.catch(() => undefined);
    const [synapsePort, trunkPort, reportPort] = await Promise.all([freePort(), freePort(), freePort()]);
    const dtmfReports = `${loopback}:${reportPort}`;
    const rtpengine = keep(await Rtpengine.start([`--dtmf-log-dest=${dtmfReports}`], options.mediaAddress));
    const bridge = await Bridge.prepare({
        config: (sip) =>
            configure(
                withReports(
                    labConfig({
                        synapseUrl: `http://${loopback}:${synapsePort}`,
                        sipPort: sip.port,
                        trunkPort,
                        ngPort: rtpengine.ngPort,
                    }),
                    dtmfReports,
                ),
            ),
    });
    const [synapse, chromium] = await Promise.all([
        Synapse.start({ serverName: domain, port: synapsePort, registrations: [bridge.registrationFile] }).then(
            (part) => keep(part),
        ),
        startingChromium,
    ]);
    step.done();
    const bridgeStep = progress.begin("Starting the bridge");
    keep(bridge);
    await bridge.start();
    bridgeStep.done();
    return { synapse, rtpengine, chromium, bridge, trunkPort };
}

/** The same with rtpengine's reports of DTMF digits. */
function withReports({ media, ...config }: BridgeConfig, dtmfReports: string): BridgeConfig {
    return { ...config, media: { ...(media as object), dtmfReports } };
}

export interface LabAddresses {
    readonly synapseUrl: string;
    readonly sipPort: number;
    readonly trunkPort: number;
    readonly ngPort: number;
}

/** The bridge's configuration in every world; a spec changes what it is about. */
export function labConfig(at: LabAddresses, homeserver: string = domain): BridgeConfig {
    return {
        homeserver: { url: at.synapseUrl, domain: homeserver },
        matrix: { joinAsCallee: true },
        sip: {
            listen: [`udp:${loopback}:${at.sipPort}`, `tcp:${loopback}:${at.sipPort}`],
            peers: [{ name: "phones", inboundNetworks: [loopback] }],
        },
        // SIPp takes every request for the call it waits for: OPTIONS, too
        trunks: [{ name: "trunk", address: `${loopback}:${at.trunkPort}`, callerId: numbers.alice, probeSeconds: 0 }],
        numbers: {
            defaultCountry: "GB",
            map: { [numbers.alice]: `@alice:${homeserver}`, [numbers.bob]: `@bob:${homeserver}` },
        },
        dialling: { allow: [{ users: [`@*:${homeserver}`], numbers: ["+*"] }] },
        messaging: { allow: [{ users: [`@*:${homeserver}`], numbers: ["+*"] }] },
        media: { rtpengine: [`${loopback}:${at.ngPort}`] },
        // Chromium plays the voice again after music, but the meter (Ear) keeps to the SSRC of the music: a track that Web
        // Audio reads has the sound of the last SSRC that was new. spec/integration/media/musicOfPbx.spec.ts records both.
        calls: { holdMusic: "none" },
        logging: { level: "debug", format: "json" },
    };
}
