import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import type { Clock } from "../Clock.ts";
import type { HostPort } from "../sip/hostPort.ts";
import { serializeMessage } from "../sip/serializeMessage.ts";
import type { SipResponse } from "../sip/SipMessage.ts";
import { parseVia } from "../sip/Via.ts";
import { closedPort } from "./closedPort.ts";
import { connectionKey, ConnectionLimits } from "./ConnectionLimits.ts";
import { ConnectionTable, targetKey } from "./ConnectionTable.ts";
import { FlowBindings } from "./FlowBindings.ts";
import { withoutZone } from "./ipAddress.ts";
import { KnownSenders } from "./KnownSenders.ts";
import { chooseBinding, LocalAddresses } from "./localAddress.ts";
import { openConnection } from "./openConnection.ts";
import { RegisteredDevices } from "./RegisteredDevices.ts";
import { Reception } from "./Reception.ts";
import type { Binding, Endpoint, Flow, MessageHandler, Protocol } from "./SipTransport.ts";
import { type Target, type TransportCounters, TransportError, type TransportLayer } from "./SipTransport.ts";
import { StreamListener } from "./StreamListener.ts";
import { TrafficCounters } from "./TrafficCounters.ts";
import { defaultTransportOptions, type TransportOptions } from "./TransportOptions.ts";
import { parseUdpFlowId, UdpListener } from "./UdpListener.ts";
import { UnfinishedMessages } from "./UnfinishedMessages.ts";
import { responseTarget } from "./viaOnReceipt.ts";

/** The transport layer over real sockets. */
export class SocketTransportLayer implements TransportLayer {
    readonly counters: TransportCounters;
    readonly #options: TransportOptions;
    readonly #counters = new TrafficCounters();
    readonly #reception: Reception;
    readonly #localAddresses: LocalAddresses;
    readonly #limits: ConnectionLimits;
    readonly #known: KnownSenders;
    readonly #devices: RegisteredDevices;
    readonly #connections = new ConnectionTable();
    readonly #flowBindings: FlowBindings;
    readonly #unfinished: UnfinishedMessages;
    readonly #opening = new Map<string, Promise<Flow>>();
    /** Paths of WebSocket servers: requests in a dialog do not name them. Only targets of the configuration have one. */
    readonly #paths = new Map<string, string>();
    #listeners: (UdpListener | StreamListener)[] = [];
    #closing = false;

    /** Throws for options that make no sense (a network that is not CIDR). */
    constructor(options: Partial<TransportOptions> & { readonly clock: Clock }) {
        this.#options = { ...defaultTransportOptions, ...options };
        this.counters = this.#counters;
        this.#localAddresses = new LocalAddresses(this.#options.clock, this.#options.localNetworks);
        this.#limits = new ConnectionLimits(this.#options);
        this.#unfinished = new UnfinishedMessages(this.#options.maxUnfinishedBytes);
        this.#flowBindings = new FlowBindings(this.#options.clock, this.#options.maxFlowBindings);
        this.#known = new KnownSenders(this.#options.clock, this.#options.maxFlowBindings);
        this.#devices = new RegisteredDevices(this.#options.maxFlowBindings);
        this.#reception = new Reception(this.#options, this.#counters, this.#known, (response, flow) => {
            void this.respond(response, flow).catch(() => undefined);
        });
    }

    async listen(bindings: readonly Binding[]): Promise<readonly Binding[]> {
        const around = this.#around();
        const onError = (error: Error): void => this.#options.onFailure({ protocol: "udp", what: "listener", error });
        try {
            for (const binding of bindings) {
                const { protocol } = binding;
                this.#listeners.push(
                    protocol === "udp"
                        ? await UdpListener.listen(binding, { ...around, onError })
                        : await StreamListener.listen(binding, protocol, around),
                );
            }
        } catch (error) {
            await this.close();
            throw error;
        }
        return this.bindings;
    }

    get bindings(): readonly Binding[] {
        return this.#listeners.map(({ binding }) => binding);
    }

    onMessage(handler: MessageHandler): void {
        this.#reception.setHandler(handler);
    }

    async open(target: Target): Promise<Flow> {
        if (this.#closing) throw new TransportError("the transport layer is closing");
        if (isIP(target.address) === 0) throw new TransportError("the target is not an IP address");
        const { protocol } = target;
        const binding = chooseBinding(this.bindings, protocol, target.address);
        if (protocol === "udp")
            return this.#udpListener(binding).flowTo({ address: target.address, port: target.port });
        const open = this.#connections.to(target);
        if (open !== undefined && !open.closed) return open;
        const key = targetKey(target);
        const pending = this.#opening.get(key);
        if (pending !== undefined) return pending;
        if (target.path !== undefined) this.#paths.set(key, target.path);
        const path = this.#paths.get(key);
        const opening = openConnection(
            path === undefined ? target : { ...target, path },
            protocol,
            binding,
            this.#around(),
        ).finally(() => this.#opening.delete(key));
        this.#opening.set(key, opening);
        return opening;
    }

    async whySilent({ protocol, local, remote }: Flow): Promise<string | undefined> {
        if (this.#closing || protocol !== "udp") return undefined;
        return await closedPort(remote, local.address, this.#options.clock);
    }

    flowById(id: string): Flow | undefined {
        const ends = parseUdpFlowId(id);
        return ends === undefined ? this.#connections.byId(id) : this.#udpAt(ends.local)?.flowTo(ends.remote);
    }

    async respond(response: SipResponse, arrivedOn: Flow): Promise<void> {
        const data = serializeMessage(response);
        if (arrivedOn.reliable && !arrivedOn.closed) return arrivedOn.send(data);
        const [top] = response.headers.list("Via");
        const via = top === undefined ? undefined : parseVia(top);
        const target = via === undefined ? undefined : responseTarget(via, arrivedOn.protocol);
        if (target === undefined) throw new TransportError("the top Via has no usable address");
        const flow = arrivedOn.reliable
            ? await this.#openBack({ protocol: arrivedOn.protocol, ...target })
            : this.#udpAt(arrivedOn.local)?.flowTo(withZoneOf(arrivedOn.remote, target));
        if (flow === undefined) throw new TransportError("the socket is closed");
        return flow.send(data);
    }

    /**
     * A connection to bring an answer to who closed the one it asked by (18.2.2). It counts as one that the peer made:
     * anybody could have us hold as many as its host has ports.
     */
    async #openBack(target: Target): Promise<Flow> {
        const { protocol, address } = target;
        const open = this.#connections.to(target);
        if (open !== undefined && !open.closed) return open;
        const key = randomUUID();
        const excess = this.#limits.admit(key, address, this.#reception.ownerOf(target), () => undefined);
        if (excess !== undefined) {
            this.#reception.drop(excess, protocol, address);
            throw new TransportError("too many connections");
        }
        try {
            const flow = await this.open(target);
            flow.onClose(() => this.#limits.release(key));
            return flow;
        } catch (error) {
            this.#limits.release(key);
            throw error;
        }
    }

    localAddressFor(target: Target): Required<HostPort> | undefined {
        const binding = chooseBinding(this.bindings, target.protocol, target.address);
        return binding === undefined ? undefined : this.#localAddresses.sentBy(binding, target.address);
    }

    isLocal({ host, port, protocol }: HostPort & { readonly protocol?: Protocol }): boolean {
        return this.bindings.some(
            (binding) =>
                this.#localAddresses.isHostOf(binding, host) &&
                (protocol === undefined || protocol === binding.protocol) &&
                (port === undefined || port === binding.port || port === binding.advertised?.port),
        );
    }

    bindFlow(key: string, flow: Flow, expiresSeconds: number, owner: string): void {
        this.#flowBindings.bind(key, flow, expiresSeconds, owner);
    }

    flowFor(key: string): Flow | undefined {
        return this.#flowBindings.find(key);
    }

    rememberSender(flow: Flow, seconds: number): void {
        this.#known.remember(flow.remote, seconds);
        if (seconds > 0 && flow.reliable) this.#limits.promote(connectionKey(flow.local.port, flow.remote));
    }

    isKnown(flow: Flow): boolean {
        return this.#known.acquaintanceOf(flow.remote) !== "unknown";
    }

    registerDevice(device: string, flow: Flow): void {
        this.#devices.registered(device, flow);
    }

    successorOf(flow: Flow): Flow | undefined {
        return this.#devices.successorOf(flow);
    }

    async close(): Promise<void> {
        this.#closing = true;
        this.#flowBindings.clear();
        const streams = this.#listeners.filter((listener) => listener instanceof StreamListener);
        for (const listener of streams) listener.stopAccepting();
        const flows = this.#connections.all();
        const allGone = Promise.all(flows.map((flow) => new Promise<void>((resolve) => flow.onClose(resolve))));
        for (const flow of flows) flow.end();
        await Promise.all([allGone, ...this.#udpListeners().map((listener) => listener.close())]);
        // What never got as far as being a flow: handshakes.
        for (const listener of streams) listener.destroy();
        await Promise.allSettled(this.#opening.values());
        for (const flow of this.#connections.all()) flow.close();
        this.#listeners = [];
    }

    #around() {
        return {
            options: this.#options,
            reception: this.#reception,
            counters: this.#counters,
            connections: this.#connections,
            limits: this.#limits,
            unfinished: this.#unfinished,
            localAddresses: this.#localAddresses,
        };
    }

    #udpListener(binding: Binding | undefined): UdpListener {
        const listener = binding === undefined ? undefined : this.#udpAt(binding);
        if (listener === undefined) throw new TransportError("no UDP socket of that address family");
        return listener;
    }

    #udpListeners(): UdpListener[] {
        return this.#listeners.filter((listener) => listener instanceof UdpListener);
    }

    #udpAt(local: Endpoint): UdpListener | undefined {
        return this.#udpListeners().find(
            ({ binding }) => binding.address === local.address && binding.port === local.port,
        );
    }
}

/** The target with the zone that a Via cannot name, if it is at that link-local address. */
function withZoneOf({ address }: Endpoint, target: Endpoint): Endpoint {
    return withoutZone(address) === target.address ? { ...target, address } : target;
}
