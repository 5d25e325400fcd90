import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:net";

/** All the lab's servers listen here: nothing is reachable from outside the machine. */
export const loopback = "127.0.0.1";

/**
 * Blocks of ports below the kernel's ephemeral ones (32,768 on Linux), from which any outgoing connection of any process
 * takes what it likes, and below the media ports.
 */
const FIRST_BLOCK = 10_000;
const BLOCK_SIZE = 64;
const BLOCKS = 99;

let block: Promise<Generator<number, never>> | undefined;

/**
 * A port that is free for both TCP and UDP (SIP needs the same number for both). No other caller receives it,
 * in this process or another, until this process has asked for a few dozen more: a server that is slow to start still
 * finds its port free.
 */
export async function freePort(): Promise<number> {
    block ??= claimBlock();
    const ports = await block;
    for (;;) {
        const port = ports.next().value;
        if ((await tcpPortIsFree(port)) && (await udpPortIsFree(port))) return port;
    }
}

/** The process that listens on a block's first port has the block, as long as it lives. */
async function claimBlock(): Promise<Generator<number, never>> {
    const start = randomInt(BLOCKS);
    for (let turn = 0; turn < BLOCKS; turn += 1) {
        const first = FIRST_BLOCK + ((start + turn) % BLOCKS) * BLOCK_SIZE;
        const claim = await listen(first);
        if (claim !== undefined) {
            claim.unref();
            return portsFrom(first + 1);
        }
    }
    throw new Error("all blocks of ports are taken: too many tests run on this machine at the same time");
}

function* portsFrom(first: number): Generator<number, never> {
    for (let turn = 0; ; turn = (turn + 1) % (BLOCK_SIZE - 1)) yield first + turn;
}

async function tcpPortIsFree(port: number): Promise<boolean> {
    const server = await listen(port);
    if (server === undefined) return false;
    server.close();
    await once(server, "close");
    return true;
}

async function listen(port: number): Promise<Server | undefined> {
    const server = createServer();
    return new Promise((resolve) => {
        server.once("error", () => resolve(undefined));
        server.listen(port, loopback, () => resolve(server));
    });
}

async function udpPortIsFree(port: number): Promise<boolean> {
    const socket = createSocket("udp4");
    const bound = await new Promise<boolean>((resolve) => {
        socket.once("error", () => resolve(false));
        socket.bind(port, loopback, () => resolve(true));
    });
    socket.close();
    return bound;
}

/** A range for a media proxy's own choice of ports, below the kernel's ephemeral ports, different for each world. */
export function mediaPortRange(size = 1000): { readonly first: number; readonly last: number } {
    const first = 16_384 + 2 * randomInt((32_000 - 16_384 - size) / 2);
    return { first, last: first + size - 1 };
}
