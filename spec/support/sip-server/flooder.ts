/**
 * A flood of requests as a program of its own, so that it takes no time from whom it disturbs:
 * `node flooder.ts <method> <port> <sources> <per second>`. It sends from loopback addresses to 127.0.0.1 until it is killed, and
 * writes how many it has sent once per second.
 */
import { createSocket } from "node:dgram";

const [method = "OPTIONS", port = "0", sources = "1", perSecond = "1"] = process.argv.slice(2);
const tickMs = 10;
const perTick = (Number(perSecond) * tickMs) / 1_000;

const sockets = Array.from({ length: Number(sources) }, (_, n) =>
    createSocket("udp4").bind(0, `127.0.${2 + Math.floor(n / 100)}.${1 + (n % 100)}`),
);

function requestOf(n: number): string {
    const lines = [
        `${method} sip:x@127.0.0.1 SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.1.1;branch=z9hG4bKf${n};rport`,
        `From: <sip:f@example.net>;tag=${n}`,
        "To: <sip:x@127.0.0.1>",
        `Call-ID: flood-${n}`,
        `CSeq: 1 ${method}`,
        "Contact: <sip:f@127.0.1.1>",
        "Content-Length: 0",
    ];
    return `${lines.join("\r\n")}\r\n\r\n`;
}

let sent = 0;
setInterval(() => {
    for (let n = 0; n < perTick; n++) {
        sent += 1;
        sockets[sent % sockets.length]?.send(requestOf(sent), Number(port), "127.0.0.1");
    }
}, tickMs);
setInterval(() => process.stdout.write(`${sent}\n`), 1_000);
