import type { Socket } from "node:net";
import { type ConnectionEnds, ConnectionFlow, type Wire } from "./ConnectionFlow.ts";
import { ConnectionWatch } from "./ConnectionWatch.ts";
import { KeepAlive, ping, pong } from "./KeepAlive.ts";
import type { Reception } from "./Reception.ts";
import { type DropReason, TransportError } from "./SipTransport.ts";
import { type Framed, StreamFraming } from "./StreamFraming.ts";
import type { TrafficCounters } from "./TrafficCounters.ts";
import type { TransportOptions } from "./TransportOptions.ts";
import type { UnfinishedMessages } from "./UnfinishedMessages.ts";

/** What a connection needs of its layer. */
export interface ConnectionSurroundings {
    readonly options: TransportOptions;
    readonly reception: Reception;
    readonly counters: TrafficCounters;
    readonly unfinished: UnfinishedMessages;
}

/** TCP's own probes find peers that went away without a word. */
const tcpKeepAliveMs = 60_000;

/** Speaks SIP over an open TCP or TLS socket from now on. `incoming` connections owe us a first message. */
export function streamConnection(
    socket: Socket,
    ends: ConnectionEnds,
    incoming: boolean,
    around: ConnectionSurroundings,
): ConnectionFlow {
    const { options, reception, counters } = around;
    const onDrop = (reason: DropReason): void => reception.drop(reason, ends.protocol, ends.remote.address);
    const flow = new ConnectionFlow(ends, socketWire(socket), {
        ...around.options,
        counters,
        onDrop,
    });
    const giveUp = (reason: DropReason): void => {
        onDrop(reason);
        flow.close();
    };
    const watch = new ConnectionWatch(options.clock, options, incoming, giveUp);
    const keepAlive = incoming ? undefined : keepFlowAlive(flow, options, giveUp);
    const framing = new StreamFraming(options.limits);
    const hold = countUnfinished(flow, around, giveUp);
    const take = (framed: Framed): void => {
        switch (framed.kind) {
            case "message":
                return reception.receiveFramed(framed.result, framed.bytes, flow);
            case "ping":
                if (reception.takeToken(flow)) void flow.send(pong).catch(() => undefined);
                return;
            case "fault":
                onDrop(framed.reason);
                // Not immediately: a response with the reason may still be in the queue.
                return flow.end();
        }
    };
    socket.setNoDelay(true);
    socket.setKeepAlive(true, tcpKeepAliveMs);
    socket.on("data", (chunk: Buffer) => {
        if (flow.closed) return;
        const ponged = keepAlive !== undefined && !framing.partial && startsWithPong(chunk);
        keepAlive?.received(ponged);
        const framed = framing.push(ponged ? chunk.subarray(pong.length) : chunk);
        watch.received(ponged || framed.length > 0, framing.partial);
        hold(framing.held);
        framed.forEach(take);
    });
    socket.on("error", () => flow.close());
    socket.on("close", () => {
        watch.stop();
        keepAlive?.stop();
        hold(0);
        flow.markClosed();
    });
    return flow;
}

/** Returns the function by which a connection reports how much of an incomplete message it holds: only unknown peers are counted. */
export function countUnfinished(
    flow: ConnectionFlow,
    { options, unfinished }: ConnectionSurroundings,
    giveUp: (reason: DropReason) => void,
): (bytes: number) => void {
    if (options.admit(flow.remote.address) === "trusted") return () => undefined;
    return unfinished.count(() => giveUp("tooMuchUnfinished"));
}

/** Pings a peer we connected to, and closes the connection once it is dead. */
export function keepFlowAlive(
    flow: ConnectionFlow,
    options: TransportOptions,
    giveUp: (reason: DropReason) => void,
): KeepAlive {
    const send = (): void => void flow.send(ping).catch(() => undefined);
    return new KeepAlive(options.clock, options, send, () => giveUp("dead"));
}

function startsWithPong(chunk: Buffer): boolean {
    return chunk.subarray(0, pong.length).equals(pong) && !chunk.subarray(0, ping.length).equals(ping);
}

function socketWire(socket: Socket): Wire {
    return {
        write: (data) =>
            new Promise((resolve, reject) => {
                socket.write(data, (error) => {
                    if (error) reject(new TransportError("the connection broke", { cause: error }));
                    else resolve();
                });
            }),
        queuedBytes: () => socket.writableLength,
        end: () => socket.end(),
        destroy: () => socket.destroy(),
    };
}
