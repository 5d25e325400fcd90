import { connect, type Socket } from "node:net";
import { formatHostPort } from "../config/HostPort.ts";
import type { DrachtioEndpoint } from "../sip/drachtio/DrachtioEndpoint.ts";
import { encodeFrame, FrameReader, MAX_FRAME_BYTES } from "../sip-server/drachtio/framing.ts";
import { explainConnectFault } from "./explainConnectFault.ts";
import { type Finding, type Result, timed } from "./Finding.ts";

const TIMEOUT_MS = 5_000;

/**
 * Shows an external SIP server our secret. No more: drachtio-srf would ask for calls as well, and the server would
 * give them to this check instead of the bridge.
 */
export async function probeDrachtio(endpoint: DrachtioEndpoint): Promise<Finding> {
    return await timed("SIP server", `secret, tcp ${formatHostPort(endpoint)}`, () => authenticate(endpoint));
}

function authenticate({ host, port, secret }: DrachtioEndpoint): Promise<Result> {
    return new Promise((resolve) => {
        const socket: Socket = connect({ host, port, timeout: TIMEOUT_MS });
        const settle = (result: Result): void => {
            socket.destroy();
            resolve(result);
        };
        const silent: Result = {
            kind: "fails",
            text: "no response",
            advice: "check sip.drachtio and that the SIP server runs",
        };
        const refused: Result = { kind: "fails", text: "secret rejected", advice: "check sip.drachtio.secret" };
        const reader = new FrameReader(MAX_FRAME_BYTES);
        socket.setTimeout(TIMEOUT_MS, () => settle(silent));
        socket.on("error", (error) => settle(explainConnectFault(error)));
        // a server that does not know the secret says so, or hangs up without a word
        socket.on("close", () => settle(refused));
        socket.on("connect", () => socket.write(encodeFrame(`check|authenticate|${secret}`)));
        socket.on("data", (chunk) => {
            const fault = reader.push(chunk, (payload) => {
                const [, , , verdict, where = ""] = payload.toString().split("|");
                settle(verdict === "OK" ? { kind: "works", text: where } : refused);
            });
            if (fault !== null) settle({ ...silent, text: "not the control port of a SIP server" });
        });
    });
}
