import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { HomeserverHttp } from "../../../lib/matrix/homeserver/HomeserverHttp.ts";
import type { HomeserverRequest } from "../../../lib/matrix/homeserver/HomeserverRequest.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";

const path = "/_matrix/client/v3/account/whoami";
const get: HomeserverRequest = { method: "GET", path, timeoutMs: 5_000 };

let server: Server | undefined;
let http: HomeserverHttp | undefined;

afterEach(async () => {
    server?.closeAllConnections();
    server?.close();
    await http?.close();
});

/** A homeserver that answers every request in this way. */
async function answering(answer: RequestListener, prefix = ""): Promise<HomeserverHttp> {
    server = createServer(answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    http = new HomeserverHttp({ homeserverUrl: `http://127.0.0.1:${port}${prefix}`, asToken: "secret" });
    return http;
}

async function textOf(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
}

describe("a request to the homeserver", () => {
    it("names the token, the user and the type of its body, below the path of the homeserver's URL", async () => {
        const homeserver = await answering((request, response) => {
            const { method, url, headers } = request;
            const { authorization, "content-type": type } = headers;
            void textOf(request).then((body) =>
                response.end(JSON.stringify({ method, url, authorization, type, body })),
            );
        }, "/behind/a-proxy/");
        const as = "@sip_=2b49:matrix.example" as MatrixUserId;
        expect(await homeserver.send({ ...get, method: "PUT", as, query: { ts: "1 2" }, body: { a: "é" } })).toEqual({
            method: "PUT",
            url: `/behind/a-proxy${path}?ts=1+2&user_id=%40sip_%3D2b49%3Amatrix.example`,
            authorization: "Bearer secret",
            type: "application/json",
            body: '{"a":"é"}',
        });
        const upload = { contentType: "image/png", bytes: Buffer.from("png") };
        expect(await homeserver.send({ ...get, method: "POST", upload })).toMatchObject({
            type: "image/png",
            body: "png",
        });
        expect(await homeserver.send(get)).toEqual({
            method: "GET",
            url: `/behind/a-proxy${path}`,
            authorization: "Bearer secret",
            body: "",
        });
    });

    it("uses connections again, and opens new ones for those that the homeserver has closed", async () => {
        const ports = new Set<number | undefined>();
        let connection = "keep-alive";
        const homeserver = await answering((request, response) => {
            ports.add(request.socket.remotePort);
            response.setHeader("connection", connection).end("{}");
        });
        for (let request = 0; request < 20; request++) await homeserver.send(get);
        expect(ports.size).toBeLessThanOrEqual(2);
        ports.clear();
        connection = "close";
        for (let request = 0; request < 20; request++) await homeserver.send(get);
        expect(ports.size).toBeGreaterThanOrEqual(18);
    });
});

describe("a reply of the homeserver", () => {
    it("that is an error rejects with its code", async () => {
        const homeserver = await answering((_request, response) => {
            response.writeHead(403).end('{"errcode":"M_FORBIDDEN","error":"not in the room"}');
        });
        await expect(homeserver.send(get)).rejects.toMatchObject({
            kind: "forbidden",
            message: "the homeserver responded with 403 M_FORBIDDEN: not in the room",
        });
    });

    it("of a proxy, with Retry-After, rejects with that", async () => {
        const homeserver = await answering((_request, response) => {
            response.writeHead(503, { "retry-after": "3" }).end("<html>");
        });
        await expect(homeserver.send(get)).rejects.toMatchObject({
            kind: "unreachable",
            reply: { retryAfterMs: 3_000 },
        });
    });

    it("that does not come in time rejects, also if it has begun", async () => {
        const silent = await answering(() => undefined);
        const rejected = { kind: "unreachable", message: "no response from the homeserver (timeout)" };
        await expect(silent.send({ ...get, timeoutMs: 50 })).rejects.toMatchObject(rejected);
        server?.closeAllConnections();
        server?.close();
        const begun = await answering((_request, response) => void response.write('{"a":'));
        await expect(begun.send({ ...get, timeoutMs: 50 })).rejects.toMatchObject(rejected);
    });

    it("that is larger than any reply rejects before it is read to its end", async () => {
        const homeserver = await answering((_request, response) => {
            const write = (): void => {
                while (response.write("x".repeat(65_536)));
            };
            response.on("drain", write);
            write();
        });
        await expect(homeserver.send(get)).rejects.toMatchObject({ kind: "unreachable" });
    });

    it("that breaks off rejects", async () => {
        const homeserver = await answering((request) => request.socket.destroy());
        await expect(homeserver.send(get)).rejects.toMatchObject({ kind: "unreachable" });
    });

    it("is not there if nothing listens: the system's error is named", async () => {
        const homeserver = await answering(() => undefined);
        server?.close();
        await expect(homeserver.send(get)).rejects.toThrow("no response from the homeserver (ECONNREFUSED)");
    });
});
