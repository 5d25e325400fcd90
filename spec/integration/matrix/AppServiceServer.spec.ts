import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loopback } from "../../../lab/world/freePort.ts";
import { until } from "../../../lab/world/until.ts";
import { AppServiceServer, type Delivery } from "../../../lib/matrix/homeserver/AppServiceServer.ts";

const token = "the-homeserver-token";
const authorization = { authorization: `Bearer ${token}` };
let server: AppServiceServer;
let deliveries: Delivery[];
let errors: unknown[];
let pings: unknown[];
let others: (string | undefined)[];
let onDelivery: (delivery: Delivery) => Promise<void>;
const sockets: Socket[] = [];

beforeEach(async () => {
    deliveries = [];
    errors = [];
    pings = [];
    others = [];
    onDelivery = (delivery) => Promise.resolve(void deliveries.push(delivery));
    server = new AppServiceServer({
        hsToken: token,
        onDelivery: (delivery) => onDelivery(delivery),
        onPing: (transactionId) => pings.push(transactionId),
        onError: (error) => errors.push(error),
        otherRequests: (request, response) => {
            others.push(request.url);
            response.end("{}");
        },
    });
    await server.listen(0, loopback);
});

afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close();
});

const path = "/_matrix/app/v1/transactions/7";

async function request(target: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`http://${loopback}:${server.port}${target}`, init);
    const text = await response.text();
    expect(text).not.toContain("\n");
    return { status: response.status, body: JSON.parse(text) as unknown };
}

const put = (body: string, headers: Record<string, string> = authorization) =>
    request(path, { method: "PUT", body, headers });

/** Sends raw bytes and keeps the connection. Resolves with what came back until the server closed it. */
async function open(bytes = ""): Promise<{ readonly socket: Socket; readonly received: () => string }> {
    const socket = connect(server.port, loopback);
    sockets.push(socket);
    let received = "";
    socket.setEncoding("utf8").on("data", (text: string) => (received += text));
    // the server may reset a connection whose body it did not read
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(bytes);
    return { socket, received: () => received };
}

describe("a delivery", () => {
    it("is accepted with its events and ephemeral events, in either spelling", async () => {
        expect(await put(JSON.stringify({ events: [1], ephemeral: [2] }))).toEqual({ status: 200, body: {} });
        await put(JSON.stringify({ events: [3], "de.sorunome.msc2409.ephemeral": [4] }));
        await put(JSON.stringify({ events: null }));
        expect(deliveries).toEqual([
            { transactionId: "7", events: [1], ephemeral: [2] },
            { transactionId: "7", events: [3], ephemeral: [4] },
            { transactionId: "7", events: [], ephemeral: [] },
        ]);
    });

    it("is accepted with the token in the query", async () => {
        const response = await request(`${path}?access_token=${token}`, { method: "PUT", body: '{"events":[]}' });
        expect(response.status).toBe(200);
    });

    it("fails with 500 if it cannot be stored, so that the homeserver repeats it", async () => {
        onDelivery = () => Promise.reject(new Error("ENOSPC"));
        expect(await put('{"events":[]}')).toMatchObject({ status: 500, body: { errcode: "M_UNKNOWN" } });
        expect(errors).toHaveLength(1);
    });

    it.each([
        ["no JSON", "{", 400, "M_NOT_JSON"],
        ["not an object", "[]", 400, "M_BAD_JSON"],
        ["nothing", "", 400, "M_NOT_JSON"],
        ["larger than 16 MiB", " ".repeat(16 * 1024 * 1024 + 1), 413, "M_TOO_LARGE"],
    ])("is rejected with one line of JSON: %s", async (_what, body, status, errcode) => {
        expect(await put(body)).toMatchObject({ status, body: { errcode } });
        expect(deliveries).toEqual([]);
        expect(errors).toEqual([]);
    });
});

describe("a request without the token", () => {
    it.each([
        ["none", {}, 401, "M_UNAUTHORIZED"],
        ["another one", { authorization: "Bearer wrong" }, 403, "M_FORBIDDEN"],
        ["a part of it", { authorization: `Bearer ${token.slice(0, -1)}` }, 403, "M_FORBIDDEN"],
        ["another scheme", { authorization: `Basic ${token}` }, 401, "M_UNAUTHORIZED"],
    ])("is rejected with one line of JSON: %s", async (_what, headers, status, errcode) => {
        for (const target of [path, "/_matrix/app/v1/users/@sip_1:matrix.example", "/x"]) {
            const init = { method: "PUT", body: '{"events":[]}', headers: headers as Record<string, string> };
            expect(await request(target, init)).toMatchObject({ status, body: { errcode } });
        }
        expect([...deliveries, ...others]).toEqual([]);
    });

    it("uses no memory for its body, also if eight senders flood the bridge with 16 MiB each", async () => {
        const before = process.memoryUsage().rss;
        const chunk = Buffer.alloc(64 * 1024, "[");
        const flood = async (): Promise<string> => {
            const { socket, received } = await open(
                `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nContent-Length: 16777216\r\n\r\n`,
            );
            for (let sent = 0; sent < 16 * 1024 * 1024 && !socket.destroyed; sent += chunk.length) {
                if (!socket.write(chunk)) await new Promise((next) => socket.once("drain", next).once("close", next));
            }
            if (!socket.closed) await new Promise((next) => socket.once("close", next));
            return received();
        };
        const startedAt = performance.now();
        const responses = await Promise.all(Array.from({ length: 8 }, flood));
        expect(responses.filter((text) => text.startsWith("HTTP/1.1 403"))).not.toEqual([]);
        expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
        // the homeserver does not wait for them
        expect(await put('{"events":[]}')).toEqual({ status: 200, body: {} });
        expect(performance.now() - startedAt).toBeLessThan(5_000);
    });

    it("is rejected before its body arrives, and the connection is closed", async () => {
        const { socket, received } = await open(
            `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nContent-Length: 16000000\r\n\r\n{`,
        );
        await once(socket, "close");
        expect(received()).toMatch(/^HTTP\/1\.1 403 /);
    });

    it("is rejected if its path has invalid escapes", async () => {
        expect(await request("/_matrix/app/v1/users/%zz")).toMatchObject({ status: 400 });
    });
});

describe("connections", () => {
    it("without a request are limited, and the homeserver can still deliver", async () => {
        const idle = await Promise.all(Array.from({ length: 120 }, () => open()));
        await until(() => Promise.resolve(idle.filter(({ socket }) => !socket.closed).length <= 32 || undefined), {
            what: "closed connections",
            timeoutMs: 5_000,
        });
        expect((await put('{"events":[1]}')).status).toBe(200);
    });

    it("with the token are not closed because of others", async () => {
        const head = `Host: x\r\nAuthorization: Bearer ${token}\r\n`;
        const homeserver = await open(`GET /x HTTP/1.1\r\n${head}\r\n`);
        await until(() => Promise.resolve(homeserver.received().includes("200 OK") || undefined), {
            what: "a response",
            timeoutMs: 5_000,
        });
        await Promise.all(Array.from({ length: 60 }, () => open()));
        homeserver.socket.write(`GET /y HTTP/1.1\r\n${head}\r\n`);
        await until(() => Promise.resolve(others.includes("/y") || undefined), { what: "/y", timeoutMs: 5_000 });
    });

    it("are closed after a malformed request", async () => {
        const { socket, received } = await open("nonsense\r\n\r\n");
        await once(socket, "close");
        expect(received()).toBe("");
    });
});

it("answers pings and reports their transaction IDs", async () => {
    const target = "/_matrix/app/v1/ping";
    for (const body of ['{"transaction_id":"t1"}', "{}", "nonsense", undefined]) {
        const init = { method: "POST", headers: authorization, ...(body === undefined ? {} : { body }) };
        expect(await request(target, init)).toEqual({ status: 200, body: {} });
    }
    expect(pings).toEqual(["t1", undefined, undefined, undefined]);
});

it("answers health checks without the token", async () => {
    expect(await request("/health")).toEqual({ status: 200, body: {} });
});
