import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { loopback } from "../lab/world/freePort.ts";

export interface FastHomeserverPlan {
    readonly port: number;
    readonly domain: string;
    readonly hsToken: string;
    /** Where the bridge listens for transactions. */
    readonly appserviceUrl: string;
}

/** An event that the bridge sent to a room. */
export interface SentEvent {
    readonly room: string;
    readonly sender: string;
    readonly type: string;
    readonly content: Readonly<Record<string, unknown>>;
    readonly transactionId: string;
    /** Wall time at which it arrived, in ms. */
    readonly at: number;
}

/** What a measurement does with the requests of the bridge. */
export interface FastHomeserverHooks {
    readonly onEvent: (event: SentEvent) => void;
    readonly onRoomCreated?: (room: string, creator: string) => void;
}

/**
 * A homeserver that takes no time: it accepts every request and keeps nothing. For measuring what the bridge costs without
 * the homeserver; it proves nothing about Matrix.
 */
export class FastHomeserver {
    readonly #plan: FastHomeserverPlan;
    readonly #hooks: FastHomeserverHooks;
    readonly #server: Server;
    #events = 0;
    #rooms = 0;
    #transaction = 0;
    #outgoing: object[] = [];
    #delivering: Promise<void> | undefined;

    private constructor(plan: FastHomeserverPlan, hooks: FastHomeserverHooks) {
        this.#plan = plan;
        this.#hooks = hooks;
        this.#server = createServer((request, response) => void this.#serve(request, response));
    }

    static async start(plan: FastHomeserverPlan, hooks: FastHomeserverHooks): Promise<FastHomeserver> {
        const homeserver = new FastHomeserver(plan, hooks);
        homeserver.#server.keepAliveTimeout = 60_000;
        homeserver.#server.listen(plan.port, loopback);
        await once(homeserver.#server, "listening");
        return homeserver;
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        this.#server.close();
        await once(this.#server, "close");
    }

    /** Delivers an event to the bridge as Synapse does: one transaction at a time, with all that has gathered meanwhile. */
    deliver(room: string, sender: string, type: string, content: object, stateKey?: string): void {
        this.#outgoing.push({
            room_id: room,
            sender,
            type,
            content,
            event_id: this.#newEventId(),
            origin_server_ts: Date.now(),
            unsigned: { age: 0 },
            ...(stateKey === undefined ? {} : { state_key: stateKey }),
        });
        this.#delivering ??= this.#deliverAll().finally(() => (this.#delivering = undefined));
    }

    get #bot(): string {
        return `@sip-bridge:${this.#plan.domain}`;
    }

    async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const at = Date.now();
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        const url = new URL(request.url ?? "/", `http://${loopback}`);
        const reply = request.method === "GET" ? this.#look(url) : await this.#accept(url, text, at);
        response.writeHead(reply === undefined ? 404 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(reply ?? { errcode: "M_NOT_FOUND", error: "" }));
    }

    /** All users are in every room, and no room has any other state. */
    #look(url: URL): object | undefined {
        const [, member = ""] = /\/state\/m\.room\.member\/([^/]+)/.exec(url.pathname) ?? [];
        // the bot is in no room, otherwise messages would be commands
        if (decodeURIComponent(member) === this.#bot) return undefined;
        if (member !== "") return { membership: "join" };
        if (url.pathname.includes("/state/")) return undefined;
        if (url.pathname.endsWith("/whoami")) return { user_id: this.#bot };
        if (url.pathname.endsWith("/versions")) return { versions: ["v1.11"] };
        return {};
    }

    async #accept(url: URL, text: string, at: number): Promise<object> {
        const path = url.pathname.replace(/^\/_matrix\/client\/(v1|v3|r0|unstable)/, "");
        const content = (text === "" ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
        const sender = url.searchParams.get("user_id") ?? this.#bot;
        const sent = /^\/rooms\/([^/]+)\/send\/([^/]+)\/([^/]+)/.exec(path)?.slice(1).map(decodeURIComponent);
        if (sent !== undefined) {
            const [room = "", type = "", transactionId = ""] = sent;
            this.#hooks.onEvent({ room, sender, type, content, transactionId, at });
            return { event_id: this.#newEventId() };
        }
        if (path.includes("/state/")) return { event_id: this.#newEventId() };
        if (path === "/createRoom") return { room_id: this.#createRoom(sender) };
        if (path.startsWith("/join/")) return { room_id: decodeURIComponent(path.slice("/join/".length)) };
        if (path === "/register") return { user_id: `@${String(content["username"])}:${this.#plan.domain}` };
        if (path.endsWith("/ping")) return { duration_ms: await this.#ping(text) };
        return {};
    }

    #createRoom(creator: string): string {
        const room = `!room${this.#rooms++}:${this.#plan.domain}`;
        this.#hooks.onRoomCreated?.(room, creator);
        return room;
    }

    #newEventId(): string {
        return `$event${this.#events++}`;
    }

    async #deliverAll(): Promise<void> {
        while (this.#outgoing.length > 0) {
            const body = JSON.stringify({ events: this.#outgoing.splice(0, 100) });
            await this.#send("PUT", `/_matrix/app/v1/transactions/bench${this.#transaction++}`, body);
        }
    }

    async #ping(body: string): Promise<number> {
        const started = Date.now();
        await this.#send("POST", "/_matrix/app/v1/ping", body);
        return Date.now() - started;
    }

    async #send(method: string, path: string, body: string): Promise<void> {
        const headers = { authorization: `Bearer ${this.#plan.hsToken}`, "content-type": "application/json" };
        const response = await fetch(`${this.#plan.appserviceUrl}${path}`, { method, headers, body });
        if (!response.ok) throw new Error(`the bridge rejected ${path}: ${response.status}`);
        await response.arrayBuffer();
    }
}
