/**
 * A flood of requests as a program of its own, so that it takes no time from whom it disturbs:
 * `node flooder.ts <method> <port> <sources> <per second>`. It sends from loopback addresses to 127.0.0.1 until it is killed, and
 * writes how many it has sent once per second.
 */
import { createSocket } from "node:dgram";
import { floodRequest } from "./floodRequest.ts";

const [method = "OPTIONS", port = "0", sources = "1", perSecond = "1"] = process.argv.slice(2);
const tickMs = 10;
const perTick = (Number(perSecond) * tickMs) / 1_000;

const sockets = Array.from({ length: Number(sources) }, (_, n) =>
    createSocket("udp4").bind(0, `127.0.${2 + Math.floor(n / 100)}.${1 + (n % 100)}`),
);

let sent = 0;
setInterval(() => {
    for (let n = 0; n < perTick; n++) {
        sent += 1;
        sockets[sent % sockets.length]?.send(floodRequest(method, sent), Number(port), "127.0.0.1");
    }
}, tickMs);
setInterval(() => process.stdout.write(`${sent}\n`), 1_000);
