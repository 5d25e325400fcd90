import { Baresip } from "./Baresip.ts";
import { freePort, loopback } from "./freePort.ts";
import { Kamailio } from "./Kamailio.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { SipAddress } from "./SippPhone.ts";

export interface ImsNetworkOptions {
    /** The other network's gateway, and how calls are handed to it; over UDP if not given. */
    readonly ibcf: SipAddress & { readonly transport?: "udp" | "tcp" };
    /** What is called through it: a domain, and numbers (a POSIX pattern of the user part). */
    readonly foreign: { readonly domain: string; readonly numbers: string };
    /** The core's own address; a free port if not given. */
    readonly core?: SipAddress;
}

/** The network's own domain and its one subscriber, as she is known in it and as others see her. */
export const ims = { domain: "ims.example", user: "dora", number: "+442079460500", name: "Dora Desk" } as const;

/**
 * A network like an IMS, of two Kamailios: an edge (P-CSCF) that phones register through, and a core (S-CSCF) that says
 * who they are and exchanges calls with the gateway to the other network. Requests pass from the phone to the edge over
 * UDP and to the core over TCP; each proxy stays in the way of a call, with a Record-Route for each transport.
 */
export class ImsNetwork implements Stoppable {
    readonly core: Kamailio;
    readonly edge: Kamailio;
    readonly #phones: Baresip[] = [];

    private constructor(core: Kamailio, edge: Kamailio) {
        this.core = core;
        this.edge = edge;
    }

    static async start(options: ImsNetworkOptions): Promise<ImsNetwork> {
        const core = await Kamailio.start({
            role: "core",
            at: options.core ?? { address: loopback, port: await freePort() },
            define: {
                DOMAIN: ims.domain,
                SUBSCRIBER: ims.user,
                NUMBER: ims.number,
                DISPLAY_NAME: ims.name,
                FOREIGN_DOMAIN: options.foreign.domain,
                FOREIGN_NUMBERS: options.foreign.numbers,
                IBCF: `sip:${options.ibcf.address}:${options.ibcf.port};transport=${options.ibcf.transport ?? "udp"}`,
            },
        });
        try {
            const define = { CORE: `sip:${core.address}:${core.port};transport=tcp` };
            return new ImsNetwork(core, await Kamailio.start({ role: "edge", define }));
        } catch (error) {
            await core.stop();
            throw error;
        }
    }

    /** Starts the subscriber's phone; resolves once it is registered. */
    async startPhone(toneHz: number): Promise<Baresip> {
        const phone = await Baresip.start({
            toneHz,
            account: `sip:${ims.user}@${ims.domain}`,
            accountParameters: `;outbound="sip:${this.edge.address}:${this.edge.port}"`,
        });
        this.#phones.push(phone);
        await phone.isRegistered();
        return phone;
    }

    async stop(): Promise<void> {
        await Promise.all(this.#phones.splice(0).map((phone) => phone.stop()));
        await Promise.all([this.edge.stop(), this.core.stop()]);
    }
}
