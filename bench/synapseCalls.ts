import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { makeRunDirectory } from "../lab/labFolder.ts";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { Rtpengine } from "../lab/world/Rtpengine.ts";
import { until } from "../lab/world/until.ts";
import { Synapse } from "../lab/world/Synapse.ts";
import { AnsweringUser } from "./AnsweringUser.ts";
import { calledNumber, planBridge, startBridge } from "./BridgeUnderTest.ts";
import { placeCalls, type LoadPlan, type LoadResult } from "./SippLoad.ts";

export interface SynapseFigures {
    /** What the bridge asks for one answered call in a room that exists: `PUT send m.call.invite`, … */
    readonly requests: readonly string[];
    /** Answered calls that one homeserver process manages, with as many under way as help. */
    readonly callsPerSecond: number;
}

/** Calls under way at the same time: more do not make Synapse faster. */
const UNDER_WAY = 8;
const CALLERS = 16;
const CALLS = 100;

/** The bridge with a real Synapse process, which is the slowest part of a call. */
export async function measureOnSynapse(): Promise<SynapseFigures> {
    const directory = makeRunDirectory("bench-synapse");
    const rtpengine = await Rtpengine.start();
    const synapsePort = await freePort();
    const proxy = await CountingProxy.start(synapsePort);
    const plan = await planBridge(directory, rtpengine.ngPort, { homeserverPort: proxy.port });
    const synapse = await Synapse.start({ port: synapsePort, registrations: [plan.registrationFile] });
    const alice = new AnsweringUser(await synapse.registerUser("alice"));
    const bridge = await startBridge(plan);
    try {
        alice.start();
        const place = (name: string, over: Partial<LoadPlan> = {}): Promise<LoadResult> =>
            placeCalls({
                name,
                directory,
                target: { port: plan.ports.sip },
                callee: calledNumber,
                callsPerSecond: 1,
                calls: 1,
                talkMs: 1_000,
                callers: 1,
                timeline: false,
                ...over,
            });
        await place("first");
        await hungUp(proxy);
        proxy.forget();
        await place("second");
        await hungUp(proxy);
        const requests = [...proxy.seen()];
        // makes the room of each number
        await place("rooms", { calls: CALLERS, callers: CALLERS, callsPerSecond: 2 });
        const started = performance.now();
        const load = { calls: CALLS, callers: CALLERS, underWay: UNDER_WAY, callsPerSecond: 100, talkMs: 0 };
        const { attempted, failed } = await place("load", load);
        return { requests, callsPerSecond: ((attempted - failed) * 1_000) / (performance.now() - started) };
    } finally {
        await alice.stop();
        await bridge.process.stop();
        await synapse.stop();
        await proxy.stop();
        await rtpengine.stop();
    }
}

/** Resolves once the homeserver has the hang-up of a call, which follows its last SIP message. */
async function hungUp(proxy: CountingProxy): Promise<void> {
    await until(() => (proxy.seen().some((request) => request.includes("hangup")) ? true : undefined), {
        what: "the hang-up of a call",
        timeoutMs: 5_000,
    });
}

/** Passes requests on to a homeserver and notes each. */
class CountingProxy {
    readonly port: number;
    readonly #server: ReturnType<typeof createServer>;
    #seen: string[] = [];

    private constructor(port: number, target: number) {
        this.port = port;
        this.#server = createServer((request, response) => this.#pass(request, response, target));
    }

    static async start(target: number): Promise<CountingProxy> {
        const proxy = new CountingProxy(await freePort(), target);
        proxy.#server.listen(proxy.port, loopback);
        await once(proxy.#server, "listening");
        return proxy;
    }

    forget(): void {
        this.#seen = [];
    }

    seen(): readonly string[] {
        return this.#seen;
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        this.#server.close();
        await once(this.#server, "close");
    }

    #pass(request: IncomingMessage, response: ServerResponse, port: number): void {
        this.#seen.push(shapeOf(request));
        const onward = httpRequest(
            { host: loopback, port, method: request.method, path: request.url, headers: request.headers },
            (reply) => {
                response.writeHead(reply.statusCode ?? 502, reply.headers);
                reply.pipe(response);
            },
        );
        onward.on("error", () => response.destroy());
        request.pipe(onward);
    }
}

/** A request without what differs from call to call: `PUT send m.call.invite`. */
function shapeOf(request: IncomingMessage): string {
    const path = new URL(request.url ?? "/", `http://${loopback}`).pathname.split("/").map(decodeURIComponent);
    const send = path.indexOf("send");
    const words = send >= 0 ? path.slice(send, send + 2) : path.filter((part) => /^[a-z_]+$/.test(part)).slice(2);
    return [request.method ?? "GET", ...words].join(" ");
}
