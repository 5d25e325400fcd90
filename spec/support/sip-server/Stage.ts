import { expect } from "vitest";
import { standardEngineOptions, type EngineOptions } from "../../../lib/sip-server/engine/EngineOptions.ts";
import type { OutgoingRequest, OutgoingResponse } from "../../../lib/sip-server/engine/SipEngine.ts";
import { UserAgentCore } from "../../../lib/sip-server/engine/UserAgentCore.ts";
import type { Resolution, Resolver } from "../../../lib/sip-server/resolve/Resolver.ts";
import type { HeaderField } from "../../../lib/sip-server/sip/Headers.ts";
import type { SipUri } from "../../../lib/sip-server/sip/SipUri.ts";
import type { Target } from "../../../lib/sip-server/transport/SipTransport.ts";
import { FakeClock } from "./FakeClock.ts";
import { MemoryNetwork, type MemoryTransport } from "./MemoryNetwork.ts";
import { ScriptedApp } from "./ScriptedApp.ts";

/** One end of a scenario. */
export interface Side {
    readonly engine: UserAgentCore;
    readonly app: ScriptedApp;
    readonly transport: MemoryTransport;
}

/** Host names that the stage resolves, in addition to addresses. */
export type Names = Readonly<Record<string, readonly string[]>>;

/** Two engines with an application each, `192.0.2.1` calling and `192.0.2.2` called, or more; on a network in memory. */
export class Stage {
    readonly clock = new FakeClock();
    readonly network = new MemoryNetwork(this.clock);
    readonly failures: Target[] = [];
    readonly protocol: "udp" | "tcp";
    readonly names: Names;

    constructor(protocol: "udp" | "tcp" = "udp", names: Names = {}) {
        this.protocol = protocol;
        this.names = names;
    }

    side(address: string, options: Partial<EngineOptions> = {}): Side {
        const transport = this.network.host(address, this.protocol);
        const app = new ScriptedApp();
        const engine = new UserAgentCore({
            clock: this.clock,
            transport,
            resolver: this.#resolver(),
            listener: app,
            options: { ...standardEngineOptions, ...options },
        });
        app.control(engine);
        return { engine, app, transport };
    }

    /** Lets time pass in small steps, with the promises that settle in between. */
    async pass(ms: number, step = 50): Promise<void> {
        for (let passed = 0; passed < ms; passed += step) {
            await settle();
            this.clock.advance(Math.min(step, ms - passed));
        }
        await settle();
    }

    /** The end of every scenario: after the longest linger nothing is left on either side. */
    async expectNothingLeft(...sides: readonly Side[]): Promise<void> {
        await this.pass(100_000, 500);
        for (const { engine } of sides) {
            const { counters: _counters, ...held } = engine.load();
            expect(held).toEqual({ transactions: 0, dialogs: 0, timers: 0, pending: 0 });
        }
        expect(this.clock.pending).toBe(0);
    }

    #resolver(): Resolver {
        const { names, protocol } = this;
        return {
            resolve: (uri: SipUri): Promise<Resolution> => {
                const found = names[uri.host] ?? (/^[0-9.]+$/.test(uri.host) ? [uri.host] : []);
                const [first, ...others] = found.map((address): Target => ({
                    address,
                    port: uri.port ?? 5060,
                    protocol,
                }));
                if (first === undefined) return Promise.resolve({ ok: false, reason: "no such name" });
                return Promise.resolve({ ok: true, targets: [first, ...others] });
            },
            reportFailure: (target) => void this.failures.push(target),
            reportSuccess: () => undefined,
        };
    }
}

/** Lets all promises that can settle do so. */
export async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

export const sdp = Buffer.from(
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
);
export const nothing = Buffer.alloc(0);

export function request(method: string, uri: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest {
    return { method, uri, headers: [], body: nothing, ...more };
}

export function response(status: number, more: Partial<OutgoingResponse> = {}): OutgoingResponse {
    return { status, headers: [], body: nothing, ...more };
}

export function header(name: string, value: string): HeaderField {
    return { name, value };
}
