import { Bridge } from "./Bridge.ts";
import { Chromium } from "./Chromium.ts";
import { FederationLink } from "./FederationLink.ts";
import { freePort, loopback } from "./freePort.ts";
import { MatrixMessenger } from "./MatrixMessenger.ts";
import { Rtpengine } from "./Rtpengine.ts";
import { SipMessenger } from "./SipMessenger.ts";
import { SippPhone } from "./SippPhone.ts";
import { Synapse } from "./Synapse.ts";
import { labConfig } from "./World.ts";
import type { LoginOptions } from "../browser/LabPage.ts";
import type { BridgeConfig } from "./Bridge.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { MatrixClientPage } from "./MatrixClientPage.ts";
import type { CalledPhoneOptions, OutgoingCall } from "./SippPhone.ts";

/** The homeserver of the bridge, and another one. A name with a port is used without DNS. */
export const homeservers = { ours: "ours.example:8448", other: "other.example:8448" } as const;

export interface FederatedWorldOptions {
    readonly configure?: (config: BridgeConfig) => BridgeConfig;
    /** Registration files of application services on the other homeserver. */
    readonly otherRegistrations?: readonly string[];
}

interface Parts {
    readonly link: FederationLink;
    readonly ours: Synapse;
    readonly other: Synapse;
    readonly rtpengine: Rtpengine;
    readonly chromium: Chromium;
    readonly bridge: Bridge;
    readonly trunkPort: number;
}

/** A bridge on one homeserver, and users on another one behind a network that can be cut, silent or slow. */
export class FederatedWorld implements Stoppable {
    readonly link: FederationLink;
    readonly ours: Synapse;
    readonly other: Synapse;
    readonly rtpengine: Rtpengine;
    readonly bridge: Bridge;
    readonly #chromium: Chromium;
    readonly #trunkPort: number;
    readonly #phones: Stoppable[] = [];

    private constructor(parts: Parts) {
        this.link = parts.link;
        this.ours = parts.ours;
        this.other = parts.other;
        this.rtpengine = parts.rtpengine;
        this.bridge = parts.bridge;
        this.#chromium = parts.chromium;
        this.#trunkPort = parts.trunkPort;
    }

    static async start(options: FederatedWorldOptions = {}): Promise<FederatedWorld> {
        const started: Stoppable[] = [];
        try {
            return new FederatedWorld(await startParts(options, started));
        } catch (error) {
            await Promise.allSettled(started.map((part) => part.stop()));
            throw error;
        }
    }

    /** A device of a new user of the other homeserver. */
    async openOtherClient(
        localpart: string,
        options: Partial<LoginOptions> & Pick<LoginOptions, "toneHz">,
    ): Promise<MatrixClientPage> {
        const device = await this.other.registerUser(localpart);
        return await this.#chromium.openClient(device, { joinsOnInvite: true, ...options });
    }

    /** A new user of the other homeserver, who reads and writes messages. */
    async openOtherMessenger(localpart: string): Promise<MatrixMessenger> {
        return this.#keep(await MatrixMessenger.start(await this.other.registerUser(localpart)));
    }

    /** A SIP peer for messages behind the trunk. */
    async openTrunkMessenger(): Promise<SipMessenger> {
        return this.#keep(await SipMessenger.start(this.#trunkPort));
    }

    /** A phone calls through the bridge. @param call.to as in `sip:bob@other.example` */
    async phoneCalls(call: Omit<OutgoingCall, "via">): Promise<SippPhone> {
        return this.#keep(await SippPhone.call({ ...call, via: this.bridge.sip }));
    }

    /** A phone behind the trunk waits for a call. */
    async phoneListens(options: CalledPhoneOptions): Promise<SippPhone> {
        return this.#keep(await SippPhone.listen({ port: this.#trunkPort, ...options }));
    }

    /** Stops every phone and messenger and makes the network whole, as between two specs. */
    async reset(): Promise<void> {
        for (const name of Object.values(homeservers)) this.link.set(name, "open");
        await Promise.all(this.#phones.splice(0).map((phone) => phone.stop()));
    }

    async stop(): Promise<void> {
        await this.reset();
        await this.bridge.stop();
        await Promise.all([this.#chromium.stop(), this.ours.stop(), this.other.stop(), this.rtpengine.stop()]);
        await this.link.stop();
    }

    #keep<Phone extends Stoppable>(phone: Phone): Phone {
        this.#phones.push(phone);
        return phone;
    }
}

async function startParts(options: FederatedWorldOptions, started: Stoppable[]): Promise<Parts> {
    const { configure = (config: BridgeConfig) => config, otherRegistrations = [] } = options;
    const keep = <Part extends Stoppable>(part: Part): Part => {
        started.push(part);
        return part;
    };
    const link = keep(await FederationLink.start());
    const [port, trunkPort, rtpengine] = await Promise.all([freePort(), freePort(), Rtpengine.start().then(keep)]);
    const bridge = await Bridge.prepare({
        config: (sip) => {
            const synapseUrl = `http://${loopback}:${port}`;
            const addresses = { synapseUrl, sipPort: sip.port, trunkPort, ngPort: rtpengine.ngPort };
            return configure({ ...labConfig(addresses, homeservers.ours), ...federatedConfig });
        },
    });
    const registrations = [bridge.registrationFile];
    const [ours, other, chromium] = await Promise.all([
        Synapse.start({ serverName: homeservers.ours, port, registrations, link }).then(keep),
        Synapse.start({ serverName: homeservers.other, registrations: otherRegistrations, link }).then(keep),
        Chromium.start().then(keep),
    ]);
    await keep(bridge).start();
    return { link, ours, other, rtpengine, chromium, bridge, trunkPort };
}

const federatedConfig = {
    matrix: { joinAsCallee: true, allowedDomains: [homeservers.other] },
    dialling: { allow: [{ users: [`@*:${homeservers.ours}`, `@*:${homeservers.other}`], numbers: ["+44*"] }] },
};
