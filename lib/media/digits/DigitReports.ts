import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import type { Side } from "../../call/vocabulary.ts";
import type { NgAddress } from "../NgSocket.ts";
import { readDigitReport } from "./readDigitReport.ts";

export interface DigitReportsParts {
    /** Where rtpengine sends its reports: `dtmf-log-dest` in rtpengine.conf. */
    readonly listen: NgAddress;
    /** Reports are accepted from these hosts alone. */
    readonly engines: readonly NgAddress[];
}

/** Receives the digits of one call at rtpengine, in order. */
export type DigitListener = (side: Side, digit: string) => void;

/**
 * Receives rtpengine's reports of DTMF digits and passes each one to the call that it is about. Reports come without a password, so
 * only those from the hosts of the rtpengines count, and only about calls of this bridge. rtpengine reports each digit once; a
 * report has nothing that would tell a copy of it from the same key pressed again.
 */
export class DigitReports {
    readonly #parts: DigitReportsParts;
    readonly #listeners = new Map<string, DigitListener>();
    #senders: ReadonlySet<string> = new Set();
    #socket: Socket | undefined;

    constructor(parts: DigitReportsParts) {
        this.#parts = parts;
    }

    /** Begins to listen. Resolves to whether the port could be opened; it may be in use, or no port of this machine. */
    async start(): Promise<boolean> {
        const { listen, engines } = this.#parts;
        const lookups = engines.map(({ host }) => lookup(host, { all: true }).catch(() => []));
        const addresses = (await Promise.all([lookup(listen.host, { all: true }).catch(() => []), ...lookups])).flat();
        this.#senders = new Set(addresses.map(({ address }) => address));
        const socket = createSocket(addresses[0]?.family === 6 ? "udp6" : "udp4");
        try {
            const bound = once(socket, "listening");
            socket.bind(listen.port, listen.host);
            await bound;
        } catch {
            socket.close();
            return false;
        }
        socket.on("error", () => undefined);
        socket.on("message", (datagram, from) => this.#receive(datagram, from));
        this.#socket = socket;
        return true;
    }

    /** From now on `listener` receives the digits of this call. The returned function ends that. */
    listen(call: string, listener: DigitListener): () => void {
        this.#listeners.set(call, listener);
        return () => {
            if (this.#listeners.get(call) === listener) this.#listeners.delete(call);
        };
    }

    /** Safe to call twice. */
    stop(): void {
        this.#socket?.close();
        this.#socket = undefined;
    }

    #receive(datagram: Buffer, { address }: RemoteInfo): void {
        if (!this.#senders.has(address)) return;
        const report = readDigitReport(datagram);
        const listener = report && this.#listeners.get(report.call);
        if (report !== undefined) listener?.(report.side, report.digit);
    }
}
