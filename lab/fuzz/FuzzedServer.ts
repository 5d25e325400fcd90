import { deepStrictEqual, ok } from "node:assert/strict";
import { AppCommands } from "../../lib/sip-server/drachtio/AppCommands.ts";
import type { AppClient } from "../../lib/sip-server/drachtio/AppClient.ts";
import { AppEvents } from "../../lib/sip-server/drachtio/AppEvents.ts";
import { decodeClientFrame } from "../../lib/sip-server/drachtio/clientFrame.ts";
import { ClientRegistry } from "../../lib/sip-server/drachtio/ClientRegistry.ts";
import { Ownership } from "../../lib/sip-server/drachtio/Ownership.ts";
import { standardEngineOptions } from "../../lib/sip-server/engine/EngineOptions.ts";
import { UserAgentCore } from "../../lib/sip-server/engine/UserAgentCore.ts";
import type { Resolver } from "../../lib/sip-server/resolve/Resolver.ts";
import { parseMessage } from "../../lib/sip-server/sip/parseMessage.ts";
import type { SipMessage, SipRequest } from "../../lib/sip-server/sip/SipMessage.ts";
import { cseqMethod, serverTransactionKey } from "../../lib/sip-server/transaction/matching.ts";
import { FakeClock } from "../../spec/support/sip-server/FakeClock.ts";
import { MemoryNetwork, type MemoryTransport } from "../../spec/support/sip-server/MemoryNetwork.ts";
import { FrameOracle, type Told } from "./FrameOracle.ts";

const address = "192.0.2.2";
const peerAddress = "192.0.2.1";
/** Longer than anything waits: an INVITE that rings 900 s, and what follows when that is over. */
const LONGEST_WAIT_MS = 2_000_000;
/** Low enough to be reached now and then: what is refused is in play too. */
const bounds = { maxDialogs: 3, maxServerTransactions: 20, maxServerTransactionsOfUnknownPeers: 20 };
const verbs = ["invite", "bye", "info", "update", "message", "options", "register", "subscribe", "notify", "refer"];

/** Every name leads to the peer but those that lead nowhere; two addresses, so that there is somewhere to fail over to. */
const resolver: Resolver = {
    resolve: ({ host }) => {
        if (host.startsWith("nowhere")) return Promise.resolve({ ok: false, reason: "no such name" });
        const target = { protocol: "udp", address: peerAddress, port: 5060 } as const;
        return Promise.resolve({ ok: true, targets: [target, { ...target, port: 5062 }] });
    },
    reportFailure: () => undefined,
    reportSuccess: () => undefined,
};

/** The whole server but its sockets, with one application: engine, façade and books, under a clock of our own. */
export class FuzzedServer {
    readonly told: Told[] = [];
    readonly #clock = new FakeClock();
    readonly #network = new MemoryNetwork(this.#clock);
    readonly #transport: MemoryTransport = this.#network.host(address);
    readonly #registry = new ClientRegistry<AppClient>();
    readonly #transactions = new Ownership<AppClient>();
    readonly #dialogs = new Ownership<AppClient>();
    readonly #engine: UserAgentCore;
    readonly #commands: AppCommands;
    readonly #client = {
        send: (frame: Buffer): void => this.#takeFrame(frame),
        reply: (frame: Buffer): void => this.#takeFrame(frame),
        isGone: false as boolean,
    } satisfies AppClient;
    readonly #orders: Promise<void>[] = [];
    readonly #frames = new FrameOracle();
    /** Fake time since the start, in ms. */
    #passed = 0;
    /** How much of what was sent was looked at. */
    #checked = 0;
    readonly #finals = new Map<string, { readonly status: number; readonly at: number }>();

    constructor() {
        const books = { registry: this.#registry, transactions: this.#transactions, dialogs: this.#dialogs };
        const timeOfDay = (): Date => new Date(this.#clock.now());
        this.#engine = new UserAgentCore({
            clock: this.#clock,
            transport: this.#transport,
            resolver,
            listener: new AppEvents({ ...books, timeOfDay }),
            options: { ...standardEngineOptions, ...bounds },
        });
        this.#commands = new AppCommands({
            engine: this.#engine,
            ...books,
            counters: { framesReceived: 0, unauthenticated: 0, ordersRefused: 0 },
            timeOfDay,
        });
        this.#registry.add(this.#client, []);
        for (const verb of verbs) this.#registry.subscribe(this.#client, verb);
    }

    /** What the server sent so far. */
    get sent(): readonly SipMessage[] {
        return this.#network.log.map(({ message }) => message);
    }

    /** A datagram of the peer, in a turn of the event loop of its own. What cannot be read never gets as far as the engine. */
    async receive(data: Buffer, port = 5060): Promise<void> {
        await settle();
        if (parseMessage(data).ok) this.#transport.arrive(data, { address: peerAddress, port });
    }

    /** A frame of the application. */
    order(payload: Buffer): void {
        const frame = decodeClientFrame(payload);
        if (frame.type === "sip") this.#orders.push(this.#commands.carryOut(this.#client, frame));
    }

    async pass(ms: number, stepMs = 500): Promise<void> {
        for (let passed = 0; passed < ms; passed += stepMs) {
            await settle();
            this.#expectOneFinalEach();
            const step = Math.min(stepMs, ms - passed);
            this.#clock.advance(step);
            this.#passed += step;
        }
        await settle();
    }

    /**
     * Nothing more is asked: everything comes to its end, and each request of the application has got one final response.
     * The application goes: no call is left. The server stops: nothing is. Rejects if any order broke.
     */
    async end(): Promise<void> {
        await this.pass(LONGEST_WAIT_MS, 20_000);
        this.#frames.expectAllAnswered();
        this.#client.isGone = true;
        this.#registry.remove(this.#client);
        this.#commands.abandon(this.#client);
        await this.pass(LONGEST_WAIT_MS, 20_000);
        this.#expectNothingHeld();
        const closed = this.#engine.close(40_000);
        await this.pass(45_000);
        await closed;
        await Promise.all(this.#orders);
        await this.pass(100);
        this.#expectNothingHeld();
        deepStrictEqual([this.#clock.pending, this.#transactions.size, this.#dialogs.size], [0, 0, 0]);
        this.#expectOneFinalEach();
        deepStrictEqual(this.#frames.answers, this.#orders.length, "an order without its answer, or with two");
    }

    #takeFrame(frame: Buffer): void {
        const told = this.#frames.take(frame);
        if (told !== undefined) this.told.push(told);
    }

    #expectNothingHeld(): void {
        const { counters: _counters, ...held } = this.#engine.load();
        deepStrictEqual(held, { transactions: 0, dialogs: 0, timers: 0, pending: 0 });
    }

    /** Copies of a request get copies of one answer, for as long as the server must know the request again. */
    #expectOneFinalEach(): void {
        const { sent } = this;
        for (const message of sent.slice(this.#checked)) {
            if (message.kind !== "response" || message.status < 200) continue;
            // Refused without a transaction because there are too many: a copy may find room.
            if (message.status === 503 && message.headers.has("Retry-After")) continue;
            const method = cseqMethod(message) ?? "";
            ok(method !== "ACK", "an ACK was answered");
            const asked: SipRequest = { ...message, kind: "request", method, uri: "" };
            const key = serverTransactionKey(asked) ?? "";
            // Without a branch the Request-URI tells requests apart, which responses do not show.
            if (key.startsWith("2543|")) continue;
            const before = this.#finals.get(key);
            if (before?.status === message.status) continue;
            const isCopy = before !== undefined && this.#passed - before.at < rememberedMs(method);
            ok(!isCopy, `${before?.status}, then ${message.status} to ${key}`);
            this.#finals.set(key, { status: message.status, at: this.#passed });
        }
        this.#checked = sent.length;
    }
}

/** A little less than how long a request that got its final response is known (RFC 3261, section 17.2: T4 after the ACK, Timer J). */
function rememberedMs(method: string): number {
    return method === "INVITE" ? 4_000 : 31_000;
}

/** Lets all promises that can settle do so: a turn of the event loop begins when none can. */
function settle(): Promise<void> {
    return new Promise((resolve) => void setImmediate(resolve));
}
