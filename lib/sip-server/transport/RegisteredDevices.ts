import type { Flow } from "./SipTransport.ts";

/**
 * Which flow each registered device used last. A device that registers again by a new connection, or from behind another port
 * of its NAT, is reached by that from then on, also in calls that began by the old one. Found by the old flow and not by
 * what a Contact claims: so no device can take over the calls of another.
 */
export class RegisteredDevices {
    readonly #maxDevices: number;
    readonly #newest = new Map<string, Flow>();
    /** The device that registered by a flow, by the id of the flow. The one remembered longest ago comes first. */
    readonly #devices = new Map<string, string>();

    constructor(maxDevices: number) {
        this.#maxDevices = maxDevices;
    }

    /** `device`: the same for each registration of a device, and for no other. */
    registered(device: string, flow: Flow): void {
        put(this.#newest, device, flow, this.#maxDevices);
        put(this.#devices, flow.id, device, this.#maxDevices);
    }

    /** The flow that took the place of that one: undefined if there is none, or if it is closed too. */
    successorOf(flow: Flow): Flow | undefined {
        const device = this.#devices.get(flow.id);
        const newest = device === undefined ? undefined : this.#newest.get(device);
        return newest === undefined || newest.id === flow.id || newest.closed ? undefined : newest;
    }
}

function put<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
    map.delete(key);
    const [oldest] = map.keys();
    if (oldest !== undefined && map.size >= max) map.delete(oldest);
    map.set(key, value);
}
