import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ControlPort } from "../../../lib/sip-server/drachtio/controlPort.ts";
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from "../../../lib/sip-server/drachtio/framing.ts";
import { scriptedControlPort } from "../../support/sip-server/scriptedControlPort.ts";
import type { ScriptedEngine } from "../../support/sip-server/ScriptedEngine.ts";

/** Bytes on the control port, good and bad, without drachtio-srf in between. */
let port: ControlPort<ScriptedEngine>;
let tcpPort: number;

beforeEach(async () => {
    port = scriptedControlPort("cymru");
    tcpPort = (await port.server.listen("127.0.0.1", 0)).port;
});

afterEach(() => port.server.close());

describe("a raw connection", () => {
    async function say(
        ...lines: string[]
    ): Promise<{ replies: () => string[]; socket: Socket; closed: Promise<unknown> }> {
        const socket = connect(tcpPort, "127.0.0.1");
        onTestFinished(() => void socket.destroy());
        const closed = once(socket, "close");
        const reader = new FrameReader(MAX_FRAME_BYTES);
        const replies: string[] = [];
        socket.on("data", (chunk: Buffer) => {
            reader.push(chunk, (payload) => replies.push(payload.toString().slice(37)));
        });
        await once(socket, "connect");
        socket.write(Buffer.concat(lines.map((line) => encodeFrame(line))));
        return { replies: () => replies, socket, closed };
    }

    it.each(["route|invite", "ping", "sip||\r\nOPTIONS sip:a SIP/2.0\r\n\r\n", "proxy|t"])(
        "may not say %j before it has authenticated",
        async (line) => {
            const { replies, closed } = await say(`m1|${line}`);
            await closed;
            expect(replies()).toEqual(["response|m1|NO|not authenticated"]);
            expect(port.engine.orders).toEqual([]);
            expect(port.counters.unauthenticated).toBe(1);
        },
    );

    it("may not send much before it has authenticated", async () => {
        const { replies, closed } = await say(`m1|authenticate|${"x".repeat(5000)}|`);
        await closed;
        expect(replies()).toEqual(["response||NO|length is out of bounds"]);
    });

    it("is closed after a wrong secret", async () => {
        const { replies, closed } = await say("m1|authenticate|wrong|", "m2|authenticate|cymru|");
        await closed;
        expect(replies()).toEqual(["response|m1|NO|incorrect secret"]);
    });

    it("is answered pong, and no to proxying", async () => {
        const { replies } = await say("m1|authenticate|cymru|", "m2|ping", "m3|route|invite", "m4|proxy|t1|||serial");
        await vi.waitFor(() => expect(replies()).toHaveLength(4));
        expect(replies().slice(1)).toEqual([
            "response|m2|OK|pong",
            "response|m3|OK",
            "response|m4|NOK|error proxying request to: proxy mode is not supported",
        ]);
    });

    it.each([
        ["an unknown message type", "m2|dance", "response|m2|NO|Unknown message type"],
        ["bytes that are no frame", undefined, "response||NO|length is not a number"],
    ])("is closed after %s", async (_what, line, reply) => {
        const { replies, socket, closed } = await say("m1|authenticate|cymru|");
        socket.write(line === undefined ? "GET / HTTP/1.1" : encodeFrame(line));
        await closed;
        expect(replies().slice(1)).toEqual([reply]);
    });

    it("gets a refusal in one token, whatever was sent", async () => {
        const { replies } = await say("m1|authenticate|cymru|", "m2|sip||\r\nno|good|start line");
        await vi.waitFor(() => expect(replies()).toHaveLength(2));
        expect(replies()[1]).toBe("response|m2|NOK|invalid start line: no good start line");
    });
});
