import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../../lib/sip-server/Clock.ts";
import type { DnsClient } from "../../../../lib/sip-server/resolve/DnsClient.ts";
import { nodeDnsClient } from "../../../../lib/sip-server/resolve/nodeDnsClient.ts";

const types = { srv: 33, naptr: 35 };
const codes = { found: 0, noSuchName: 3, refused: 5 };

/** A name in the form of DNS messages. */
function encodeName(name: string): Buffer {
    const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
    return Buffer.concat([...labels, Buffer.from([0])]);
}

function encodeText(text: string): Buffer {
    return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

function numbers(...values: number[]): Buffer {
    const buffer = Buffer.alloc(values.length * 2);
    values.forEach((value, index) => buffer.writeUInt16BE(value, index * 2));
    return buffer;
}

/** The response to a question: the records' data, all of one type. */
function encodeResponse(query: Buffer, code: number, type: number, records: readonly Buffer[]): Buffer {
    const questionEnd = query.indexOf(0, 12) + 5;
    const header = numbers(query.readUInt16BE(0), 0x8180 | code, 1, records.length, 0, 0);
    // 0xc00c points to the name in the question.
    const answers = records.map((data) => Buffer.concat([numbers(0xc00c, type, 1, 0, 60, data.length), data]));
    return Buffer.concat([header, query.subarray(12, questionEnd), ...answers]);
}

/** A client of a name server on loopback that answers by `answer`; silent if that is undefined. */
async function clientOf(answer: (query: Buffer) => Buffer | undefined): Promise<DnsClient> {
    const server = createSocket("udp4");
    onTestFinished(() => void server.close());
    server.on("message", (query, { port, address }) => {
        const response = answer(query);
        if (response !== undefined) server.send(response, port, address);
    });
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    const servers = [`127.0.0.1:${server.address().port}`];
    return nodeDnsClient({ clock: systemClock, servers, timeoutMs: 250, tries: 1 });
}

test("SRV records", async () => {
    const data = Buffer.concat([numbers(10, 60, 5080), encodeName("b.example")]);
    const client = await clientOf((query) => encodeResponse(query, codes.found, types.srv, [data]));
    expect(await client.srv("_sip._udp.example")).toMatchObject({
        kind: "found",
        records: [{ name: "b.example", port: 5080, priority: 10, weight: 60 }],
    });
});

test("NAPTR records", async () => {
    const data = Buffer.concat([
        numbers(10, 20),
        ...["s", "SIP+D2T", ""].map(encodeText),
        encodeName("_sip._tcp.example"),
    ]);
    const client = await clientOf((query) => encodeResponse(query, codes.found, types.naptr, [data]));
    expect(await client.naptr("example")).toMatchObject({
        kind: "found",
        records: [{ order: 10, preference: 20, flags: "s", service: "SIP+D2T", replacement: "_sip._tcp.example" }],
    });
});

test.each([
    ["no such record", codes.found, { kind: "none" }],
    ["no such name", codes.noSuchName, { kind: "none" }],
    ["refused", codes.refused, { kind: "failed", reason: "EREFUSED" }],
])("%s", async (_name, code, expected) => {
    const client = await clientOf((query) => encodeResponse(query, code, types.srv, []));
    expect(await client.srv("_sip._udp.example")).toEqual(expected);
});

test("a name server that keeps silent is a failure, in time", async () => {
    const client = await clientOf(() => undefined);
    expect(await client.naptr("example")).toMatchObject({ kind: "failed" });
});

test("addresses come from the system, hosts file included", async () => {
    const client = await clientOf(() => undefined);
    const answer = await client.addresses("localhost");
    expect(answer.kind === "found" && answer.records.some((address) => ["127.0.0.1", "::1"].includes(address))).toBe(
        true,
    );
});
