import { expect, it } from "vitest";
import type { RequestDraft } from "../../../../lib/sip-server/engine/composeRequest.ts";
import { LargeRequests } from "../../../../lib/sip-server/engine/LargeRequests.ts";
import { Headers } from "../../../../lib/sip-server/sip/Headers.ts";
import { type Protocol, type Target, TransportError } from "../../../../lib/sip-server/transport/SipTransport.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";
import { MemoryNetwork, type MemoryTransport } from "../../../support/sip-server/MemoryNetwork.ts";

function draftOf(bodyBytes: number): RequestDraft {
    return {
        method: "INVITE",
        uri: "sip:bob@192.0.2.2",
        routes: [],
        from: "<sip:alice@192.0.2.1>",
        fromTag: "1",
        to: "<sip:bob@192.0.2.2>",
        callId: "c",
        cseq: 1,
        contacts: "own",
        rest: new Headers(),
        body: Buffer.alloc(bodyBytes),
    };
}

const target: Target = { protocol: "udp", address: "192.0.2.2", port: 5060 };

/** Where requests of those sizes, one after the other, were tried. `refused`: transports without a listener at the peer; `spoken`: our listeners. */
async function tried(
    sizes: readonly number[],
    { refused = [], spoken = ["udp", "tcp"], pauseMs = 0, heard = "tcp" }: Partial<Situation> = {},
): Promise<readonly Protocol[]> {
    const clock = new FakeClock();
    const transport: MemoryTransport = new MemoryNetwork(clock).host("192.0.2.1");
    const attempts: Protocol[] = [];
    const layer = Object.assign(Object.create(transport) as MemoryTransport, {
        open: (wanted: Target) => {
            attempts.push(wanted.protocol);
            return refused.includes(wanted.protocol)
                ? Promise.reject(new TransportError("refused"))
                : Promise.resolve(transport.flowTo(wanted));
        },
        localAddressFor: ({ protocol }: Target) =>
            spoken.includes(protocol) ? { host: "192.0.2.1", port: 5060 } : undefined,
    });
    const requests = new LargeRequests(layer, clock);
    requests.noteArrival({ protocol: heard, remote: { address: target.address, port: 40_000 } });
    for (const size of sizes) {
        await requests.open(draftOf(size), target);
        clock.advance(pauseMs);
    }
    return attempts;
}

interface Situation {
    readonly refused: readonly Protocol[];
    readonly spoken: readonly Protocol[];
    readonly pauseMs: number;
    /** By which the peer has sent something before. */
    readonly heard: Protocol;
}

it.each<[string, readonly number[], Partial<Situation>, readonly Protocol[]]>([
    ["a small request goes by UDP", [100], {}, ["udp"]],
    ["one of more than 1300 bytes by TCP", [1_300], {}, ["tcp"]],
    ["but by UDP to a peer that has not sent anything over TCP", [1_300], { heard: "udp" }, ["udp"]],
    ["or by UDP after all, if TCP is refused", [1_300], { refused: ["tcp"] }, ["tcp", "udp"]],
    ["which is remembered", [1_300, 1_300], { refused: ["tcp"] }, ["tcp", "udp", "udp"]],
    ["for ten minutes", [1_300, 1_300], { refused: ["tcp"], pauseMs: 600_000 }, ["tcp", "udp", "tcp", "udp"]],
    ["it goes by UDP if we have no TCP ourselves", [1_300], { spoken: ["udp"] }, ["udp"]],
])("%s (RFC 3261 18.1.1)", async (_what, sizes, situation, protocols) => {
    expect(await tried(sizes, situation)).toEqual(protocols);
});
