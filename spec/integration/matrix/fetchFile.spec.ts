import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchFile } from "../../../lib/matrix/messages/fetchFile.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

describe("fetchFile", () => {
    const before = getCACertificates("default");
    let server: Server;
    let base: string;

    beforeAll(async () => {
        const { ca, server: own } = makeCertificates({ server: "IP:127.0.0.1,DNS:localhost" });
        setDefaultCACertificates([ca]);
        server = createServer({ cert: own.certificate, key: own.key }, (request, response) => {
            if (request.url === "/moved") response.writeHead(302, { location: "/file" }).end();
            else if (request.url === "/endless") response.write(Buffer.alloc(10_000));
            else response.end("content");
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => {
        setDefaultCACertificates(before);
        server.closeAllConnections();
        server.close();
    });

    it("returns the file of a host that is named by its IP address", async () => {
        expect(Buffer.from((await fetchFile(new URL(`${base}/file`), 100)) ?? []).toString()).toBe("content");
    });

    it("follows no redirect, and ends at the limit whatever the headers say", async () => {
        expect(await fetchFile(new URL(`${base}/moved`), 100)).toBeUndefined();
        expect(await fetchFile(new URL(`${base}/endless`), 5_000)).toBeUndefined();
    });

    it("does not connect to a name that leads to a private address", async () => {
        const named = new URL(`${base.replace("127.0.0.1", "localhost")}/file`);
        await expect(fetchFile(named, 100)).rejects.toThrow("has no public address");
    });
});
