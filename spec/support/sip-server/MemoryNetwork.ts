import { parseMessage } from "../../../lib/sip-server/sip/parseMessage.ts";
import { serializeMessage } from "../../../lib/sip-server/sip/serializeMessage.ts";
import type { HostPort } from "../../../lib/sip-server/sip/hostPort.ts";
import type { SipMessage, SipRequest, SipResponse } from "../../../lib/sip-server/sip/SipMessage.ts";
import { branchOf, formatVia, parseVia } from "../../../lib/sip-server/sip/Via.ts";
import {
    type Binding,
    type Endpoint,
    type Flow,
    type MessageHandler,
    type Target,
    type TransportCounters,
    TransportError,
    type TransportLayer,
} from "../../../lib/sip-server/transport/SipTransport.ts";
import { RegisteredDevices } from "../../../lib/sip-server/transport/RegisteredDevices.ts";
import type { FakeClock } from "./FakeClock.ts";

/** A message on its way. */
export interface Parcel {
    readonly from: Endpoint;
    readonly to: Endpoint;
    readonly message: SipMessage;
    /** Position among the messages from that sender, from 1. */
    readonly number: number;
}

/** What happens to a parcel: how many milliseconds each of its copies takes. No copy: it is lost. */
export type Weather = (parcel: Parcel) => readonly number[];

/** Everything arrives once, a millisecond later. */
export const fairWeather: Weather = () => [1];

/**
 * A network in memory under a fake clock: UDP-like, or with connections that deliver in order. Messages cross it as
 * bytes, so what cannot be written or read fails here as it would outside.
 */
export class MemoryNetwork {
    readonly clock: FakeClock;
    weather: Weather = fairWeather;
    /** Every message handed to the network, lost ones too. */
    readonly log: Parcel[] = [];
    readonly #hosts = new Map<string, MemoryTransport>();

    constructor(clock: FakeClock) {
        this.clock = clock;
    }

    host(address: string, protocol: "udp" | "tcp" = "udp"): MemoryTransport {
        const transport = new MemoryTransport(this, { address, port: 5060 }, protocol);
        this.#hosts.set(address, transport);
        return transport;
    }

    /** Undefined if no transport listens there. */
    at(address: string): MemoryTransport | undefined {
        return this.#hosts.get(address);
    }

    carry(from: Endpoint, to: Endpoint, data: Buffer): void {
        const parsed = parseMessage(data);
        if (!parsed.ok) throw new Error(`unreadable message sent: ${parsed.reason}\n${data.toString()}`);
        const number = 1 + this.log.filter((parcel) => parcel.from.address === from.address).length;
        const parcel: Parcel = { from, to, message: parsed.message, number };
        this.log.push(parcel);
        for (const delay of this.weather(parcel)) {
            this.clock.setTimer(delay, () => this.#hosts.get(to.address)?.arrive(data, from));
        }
    }

    /** `INVITE` or `200 INVITE`, one for each message sent, with who sent it: `a>INVITE`. */
    get story(): readonly string[] {
        return this.log.map(({ from, message }) => `${from.address}> ${titleOf(message)}`);
    }
}

export function titleOf(message: SipMessage): string {
    if (message.kind === "request") return message.method;
    return `${message.status} ${(message.headers.get("CSeq") ?? "").split(" ")[1] ?? ""}`;
}

/** The transport of one host in the network. */
export class MemoryTransport implements TransportLayer {
    readonly bindings: readonly Binding[];
    readonly counters: TransportCounters = {
        received: new Map(),
        sent: new Map(),
        dropped: new Map(),
        ignoredParts: 0,
        connections: 0,
    };
    readonly #network: MemoryNetwork;
    readonly #protocol: "udp" | "tcp";
    readonly #self: Endpoint;
    readonly #flows = new Map<string, MemoryFlow>();
    readonly #bound = new Map<string, Flow>();
    readonly #devices = new RegisteredDevices(100);
    /** What the system reports of hosts at which nothing listens. */
    readonly closedPorts = new Map<string, string>();
    /** Seconds for which the engine has accepted a sender, by address. */
    readonly known = new Map<string, number>();
    #handler: MessageHandler = () => undefined;

    constructor(network: MemoryNetwork, self: Endpoint, protocol: "udp" | "tcp") {
        this.#network = network;
        this.#self = self;
        this.#protocol = protocol;
        this.bindings = [{ protocol, ...self }];
    }

    listen(): Promise<readonly Binding[]> {
        return Promise.resolve(this.bindings);
    }

    onMessage(handler: MessageHandler): void {
        this.#handler = handler;
    }

    open(target: Target): Promise<Flow> {
        const reachable = this.#protocol === "udp" || this.#network.at(target.address) !== undefined;
        return reachable ? Promise.resolve(this.flowTo(target)) : Promise.reject(new TransportError("refused"));
    }

    /** The flow to that endpoint, made if there is none. */
    flowTo({ address, port }: Endpoint): MemoryFlow {
        const id = `${address}:${port}`;
        const known = this.#flows.get(id);
        if (known !== undefined && !known.closed) return known;
        const flow = new MemoryFlow(id, this.#protocol, this.#self, { address, port }, (data) => {
            this.#network.carry(this.#self, { address, port }, data);
        });
        this.#flows.set(id, flow);
        return flow;
    }

    whySilent({ remote }: Flow): Promise<string | undefined> {
        return Promise.resolve(this.closedPorts.get(remote.address));
    }

    flowById(id: string): Flow | undefined {
        return this.#flows.get(id);
    }

    respond(response: SipResponse, arrivedOn: Flow): Promise<void> {
        return arrivedOn.send(serializeMessage(response));
    }

    localAddressFor(): Required<HostPort> {
        return { host: this.#self.address, port: this.#self.port };
    }

    isLocal(hostPort: HostPort): boolean {
        return hostPort.host === this.#self.address && hostPort.port === this.#self.port;
    }

    bindFlow(key: string, flow: Flow, expiresSeconds: number): void {
        if (expiresSeconds === 0) this.#bound.delete(key);
        else this.#bound.set(key, flow);
    }

    flowFor(key: string): Flow | undefined {
        return this.#bound.get(key);
    }

    registerDevice(device: string, flow: Flow): void {
        this.#devices.registered(device, flow);
    }

    successorOf(flow: Flow): Flow | undefined {
        return this.#devices.successorOf(flow);
    }

    rememberSender({ remote }: Flow, seconds: number): void {
        this.known.set(remote.address, seconds);
    }

    isKnown({ remote }: Flow): boolean {
        return this.known.has(remote.address);
    }

    close(): Promise<void> {
        return Promise.resolve();
    }

    /** Something came from the network. */
    arrive(data: Buffer, from: Endpoint): void {
        const parsed = parseMessage(data);
        if (!parsed.ok) throw new Error("unreadable message arrived");
        const { message } = parsed;
        if (message.kind === "request") noteSource(message, from);
        this.#handler(message, this.flowTo(from), this.#network.clock.now());
    }
}

function noteSource(request: SipRequest, from: Endpoint): void {
    const via = parseVia(request.headers.list("Via")[0] ?? "");
    if (via === undefined || branchOf(via) === undefined) return;
    const params = new Map([...via.params, ["received", from.address], ["rport", String(from.port)]]);
    request.headers.replaceFirst("Via", formatVia({ ...via, params }));
}

class MemoryFlow implements Flow {
    readonly id: string;
    readonly protocol: "udp" | "tcp";
    readonly local: Endpoint;
    readonly remote: Endpoint;
    readonly reliable: boolean;
    readonly sentBy: Required<HostPort>;
    closed = false;
    readonly #carry: (data: Buffer) => void;
    readonly #listeners = new Set<() => void>();

    constructor(id: string, protocol: "udp" | "tcp", local: Endpoint, remote: Endpoint, carry: (data: Buffer) => void) {
        this.id = id;
        this.protocol = protocol;
        this.local = local;
        this.remote = remote;
        this.reliable = protocol !== "udp";
        this.sentBy = { host: local.address, port: local.port };
        this.#carry = carry;
    }

    send(data: Buffer): Promise<void> {
        if (this.closed) return Promise.reject(new TransportError("closed"));
        this.#carry(data);
        return Promise.resolve();
    }

    onClose(listener: () => void): () => void {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
    }

    close(): void {
        if (!this.reliable || this.closed) return;
        this.closed = true;
        for (const listener of this.#listeners) listener();
    }
}
