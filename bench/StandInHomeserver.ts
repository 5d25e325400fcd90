import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { loopback } from "../lab/world/freePort.ts";
import { callerOfGhost } from "./callers.ts";
import { webrtcAnswerTo } from "./webrtcAnswer.ts";

export interface StandInPlan {
    readonly port: number;
    readonly domain: string;
    readonly asToken: string;
    readonly hsToken: string;
    /** Where the bridge listens for transactions. */
    readonly appserviceUrl: string;
    /** The local user all calls are for. Answers each immediately. */
    readonly callee: string;
}

/** Wall time in ms of the two moments of a call that this side sees, by the caller's number. */
export interface CallMoments {
    invited: number;
    answered: number;
}

/**
 * A homeserver that takes no time: it says yes to everything, keeps nothing, and has the callee answer every call as
 * soon as it comes. For measuring what the bridge costs without the homeserver; it proves nothing about Matrix.
 */
export class StandInHomeserver {
    readonly #plan: StandInPlan;
    readonly #server: Server;
    readonly #moments = new Map<string, CallMoments[]>();
    #events = 0;
    #rooms = 0;
    #transaction = 0;
    #outgoing: object[] = [];
    #delivering: Promise<void> | undefined;

    private constructor(plan: StandInPlan) {
        this.#plan = plan;
        this.#server = createServer((request, response) => {
            void this.#serve(request, response);
        });
    }

    static async start(plan: StandInPlan): Promise<StandInHomeserver> {
        const homeserver = new StandInHomeserver(plan);
        homeserver.#server.keepAliveTimeout = 60_000;
        homeserver.#server.listen(plan.port, loopback);
        await once(homeserver.#server, "listening");
        return homeserver;
    }

    /** The moments of every call so far, by the caller's number, in order. */
    get moments(): ReadonlyMap<string, readonly CallMoments[]> {
        return this.#moments;
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
        const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
        const url = new URL(request.url ?? "/", `http://${loopback}`);
        const { status, reply } =
            request.method === "GET" ? this.#look(url) : { status: 200, reply: await this.#answer(url, body, at) };
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(reply));
    }

    /** State is asked for by its type: everybody is in every room, and no room has anything else. */
    #look(url: URL): { readonly status: number; readonly reply: object } {
        if (url.pathname.includes("/state/m.room.member/")) return { status: 200, reply: { membership: "join" } };
        if (url.pathname.includes("/state/")) return { status: 404, reply: { errcode: "M_NOT_FOUND", error: "" } };
        if (url.pathname.endsWith("/whoami")) {
            return { status: 200, reply: { user_id: `@sip-bridge:${this.#plan.domain}` } };
        }
        if (url.pathname.endsWith("/versions")) return { status: 200, reply: { versions: ["v1.11"] } };
        return { status: 200, reply: {} };
    }

    async #answer(url: URL, body: Record<string, unknown>, at: number): Promise<object> {
        const path = url.pathname.replace(/^\/_matrix\/client\/(v1|v3|r0|unstable)/, "");
        const sender = url.searchParams.get("user_id") ?? `@sip-bridge:${this.#plan.domain}`;
        const send = /^\/rooms\/([^/]+)\/send\/([^/]+)\//.exec(path);
        if (send !== null) {
            const eventId = this.#newEventId();
            const [room, type] = [decodeURIComponent(send[1] ?? ""), decodeURIComponent(send[2] ?? "")];
            if (type === "m.call.invite") this.#answerCall(room, sender, body, at);
            return { event_id: eventId };
        }
        if (path.includes("/state/")) return { event_id: this.#newEventId() };
        if (path === "/createRoom") return { room_id: this.#createRoom(sender) };
        if (path.startsWith("/join/")) return { room_id: decodeURIComponent(path.slice("/join/".length)) };
        if (path === "/register") return { user_id: `@${String(body["username"])}:${this.#plan.domain}` };
        if (path.endsWith("/ping")) return { duration_ms: await this.#ping(body) };
        return {};
    }

    #createRoom(creator: string): string {
        const room = `!room${this.#rooms++}:${this.#plan.domain}`;
        this.#deliver(
            this.#event(room, creator, "m.room.member", { membership: "join" }, creator),
            this.#event(room, this.#plan.callee, "m.room.member", { membership: "join" }, this.#plan.callee),
        );
        return room;
    }

    #answerCall(room: string, ghost: string, invite: Record<string, unknown>, at: number): void {
        const caller = callerOfGhost(ghost);
        const offer = invite["offer"] as { readonly sdp: string };
        const moments = this.#moments.get(caller) ?? [];
        this.#moments.set(caller, moments);
        const answer = {
            call_id: invite["call_id"],
            version: "1",
            party_id: "STANDIN",
            answer: { type: "answer", sdp: webrtcAnswerTo(offer.sdp) },
        };
        moments.push({ invited: at, answered: Date.now() });
        this.#deliver(this.#event(room, this.#plan.callee, "m.call.answer", answer));
    }

    #event(room: string, sender: string, type: string, content: object, stateKey?: string): object {
        return {
            room_id: room,
            sender,
            type,
            content,
            event_id: this.#newEventId(),
            origin_server_ts: Date.now(),
            unsigned: { age: 0 },
            ...(stateKey === undefined ? {} : { state_key: stateKey }),
        };
    }

    #newEventId(): string {
        return `$event${this.#events++}`;
    }

    /** As Synapse does: one transaction at a time, with all that has gathered meanwhile. */
    #deliver(...events: object[]): void {
        this.#outgoing.push(...events);
        this.#delivering ??= this.#deliverAll().finally(() => (this.#delivering = undefined));
    }

    async #deliverAll(): Promise<void> {
        while (this.#outgoing.length > 0) {
            const events = this.#outgoing.splice(0, 100);
            const response = await fetch(
                `${this.#plan.appserviceUrl}/_matrix/app/v1/transactions/bench${this.#transaction++}`,
                {
                    method: "PUT",
                    headers: { authorization: `Bearer ${this.#plan.hsToken}`, "content-type": "application/json" },
                    body: JSON.stringify({ events }),
                },
            );
            if (!response.ok) throw new Error(`the bridge refused a transaction: ${response.status}`);
            await response.arrayBuffer();
        }
    }

    async #ping(body: Record<string, unknown>): Promise<number> {
        const started = Date.now();
        await fetch(`${this.#plan.appserviceUrl}/_matrix/app/v1/ping`, {
            method: "POST",
            headers: { authorization: `Bearer ${this.#plan.hsToken}`, "content-type": "application/json" },
            body: JSON.stringify(body),
        });
        return Date.now() - started;
    }
}
