import { randomUUID } from "node:crypto";
import type { ConnectionFlow } from "./ConnectionFlow.ts";
import type { Target } from "./SipTransport.ts";

/** The open connections, by id and by where they lead. */
export class ConnectionTable {
    readonly #byId = new Map<string, ConnectionFlow>();
    readonly #byTarget = new Map<string, ConnectionFlow>();

    newId(): string {
        return randomUUID();
    }

    /**
     * Remembers a connection until it closes. `target` is what we connected to and checked its certificate for; without
     * one it is an incoming connection and found by the peer's address and port, which is all that a client behind NAT
     * can be reached by.
     */
    add(flow: ConnectionFlow, target: Target = { ...flow.remote, protocol: flow.protocol }): void {
        const key = targetKey(target);
        this.#byId.set(flow.id, flow);
        this.#byTarget.set(key, flow);
        flow.onClose(() => {
            this.#byId.delete(flow.id);
            if (this.#byTarget.get(key) === flow) this.#byTarget.delete(key);
        });
    }

    byId(id: string): ConnectionFlow | undefined {
        return this.#byId.get(id);
    }

    /** An open connection to that target. With a server name only one whose certificate was checked for that name. */
    to(target: Target): ConnectionFlow | undefined {
        return this.#byTarget.get(targetKey(target));
    }

    all(): ConnectionFlow[] {
        return [...this.#byId.values()];
    }
}

/** Under what connections to the same target are the same. */
export function targetKey(target: Target): string {
    const name = target.protocol === "tls" || target.protocol === "wss" ? (target.serverName ?? "") : "";
    return `${target.protocol}|${target.address}|${target.port}|${name}`;
}
