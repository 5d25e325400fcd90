import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { loopback } from "../lab/world/freePort.ts";

export interface MessageHomeserverPlan {
    readonly port: number;
    readonly domain: string;
    readonly hsToken: string;
    /** Where the bridge listens for deliveries. */
    readonly appserviceUrl: string;
    /** The local user of all messages. */
    readonly user: string;
}

/** A message of a ghost, with the wall time at which it arrived, in ms. */
export interface ArrivedMessage {
    readonly body: string;
    readonly room: string;
    readonly at: number;
}

/**
 * A homeserver that takes no time: it accepts every request and keeps only messages. For measuring what messages cost the
 * bridge; it proves nothing about Matrix.
 */
export class MessageHomeserver {
    /** Messages of ghosts; a repeated transaction ID counts once, as with a homeserver. */
    readonly arrived: ArrivedMessage[] = [];
    readonly #plan: MessageHomeserverPlan;
    readonly #server: Server;
    readonly #transactions = new Set<string>();
    #events = 0;
    #rooms = 0;
    #deliveries = 0;
    #outgoing: object[] = [];
    #delivering: Promise<void> | undefined;

    private constructor(plan: MessageHomeserverPlan) {
        this.#plan = plan;
        this.#server = createServer((request, response) => void this.#serve(request, response));
    }

    static async start(plan: MessageHomeserverPlan): Promise<MessageHomeserver> {
        const homeserver = new MessageHomeserver(plan);
        homeserver.#server.keepAliveTimeout = 60_000;
        homeserver.#server.listen(plan.port, loopback);
        await once(homeserver.#server, "listening");
        return homeserver;
    }

    get #bot(): string {
        return `@sip-bridge:${this.#plan.domain}`;
    }

    /** The user writes in a room. */
    say(room: string, body: string): void {
        this.#deliver(this.#event(room, this.#plan.user, "m.room.message", { msgtype: "m.text", body }));
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        this.#server.close();
        await once(this.#server, "close");
    }

    async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const at = Date.now();
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const text = Buffer.concat(chunks).toString();
        const url = new URL(request.url ?? "/", `http://${loopback}`);
        const reply = request.method === "GET" ? this.#look(url) : await this.#answer(url, text, at);
        response.writeHead(reply === undefined ? 404 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(reply ?? { errcode: "M_NOT_FOUND", error: "" }));
    }

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

    async #answer(url: URL, text: string, at: number): Promise<object> {
        const path = url.pathname.replace(/^\/_matrix\/client\/(v1|v3|r0|unstable)/, "");
        const body = (text === "" ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
        const [, room, type, transaction] = /^\/rooms\/([^/]+)\/send\/([^/]+)\/([^/]+)/.exec(path) ?? [];
        if (room !== undefined) {
            const key = `${url.searchParams.get("user_id") ?? ""} ${transaction ?? ""}`;
            const isNew = !this.#transactions.has(key);
            this.#transactions.add(key);
            const isMessage = type === "m.room.message" && body["msgtype"] === "m.text";
            if (isMessage && isNew)
                this.arrived.push({ body: String(body["body"]), room: decodeURIComponent(room), at });
            return { event_id: this.#newEventId() };
        }
        if (path.includes("/state/")) return { event_id: this.#newEventId() };
        if (path === "/createRoom") return { room_id: `!room${this.#rooms++}:${this.#plan.domain}` };
        if (path.startsWith("/join/")) return { room_id: decodeURIComponent(path.slice("/join/".length)) };
        if (path.endsWith("/ping")) return { duration_ms: await this.#ping(body) };
        return {};
    }

    #event(room: string, sender: string, type: string, content: object): object {
        const origin_server_ts = Date.now();
        return {
            room_id: room,
            sender,
            type,
            content,
            event_id: this.#newEventId(),
            origin_server_ts,
            unsigned: { age: 0 },
        };
    }

    #newEventId(): string {
        return `$event${this.#events++}`;
    }

    /** As Synapse does: one delivery at a time, with all that has gathered meanwhile. */
    #deliver(...events: object[]): void {
        this.#outgoing.push(...events);
        this.#delivering ??= this.#deliverAll().finally(() => (this.#delivering = undefined));
    }

    async #deliverAll(): Promise<void> {
        while (this.#outgoing.length > 0) {
            const body = JSON.stringify({ events: this.#outgoing.splice(0, 100) });
            const path = `/_matrix/app/v1/transactions/bench${this.#deliveries++}`;
            await this.#send("PUT", path, body);
        }
    }

    async #ping(body: object): Promise<number> {
        const started = Date.now();
        await this.#send("POST", "/_matrix/app/v1/ping", JSON.stringify(body));
        return Date.now() - started;
    }

    async #send(method: string, path: string, body: string): Promise<void> {
        const headers = { authorization: `Bearer ${this.#plan.hsToken}`, "content-type": "application/json" };
        const response = await fetch(`${this.#plan.appserviceUrl}${path}`, { method, headers, body });
        if (!response.ok) throw new Error(`the bridge rejected ${path}: ${response.status}`);
        await response.arrayBuffer();
    }
}
