import type { FuzzTarget } from "./FuzzTarget.ts";
import { FuzzedServer } from "./FuzzedServer.ts";
import type { Random } from "./Random.ts";
import { makeMessage, mutate } from "./sipGrammar.ts";
import { appOrder, PeerScript } from "./callGrammar.ts";

/**
 * A peer that knows the calls it is in and breaks the rules, an application that does as it pleases, and time that
 * passes: nothing throws, no request is answered twice, applications can read all they are told, nothing is left behind.
 */
export const engineTarget: FuzzTarget = {
    name: "engine",
    async run(random) {
        const server = new FuzzedServer();
        const peer = new PeerScript(random);
        for (let step = 20 + random.below(60); step > 0; step--) await act(random, server, peer);
        await server.end();
    },
};

const acts = ["request", "request", "answer", "answer", "order", "order", "order", "stray", "pause"] as const;

async function act(random: Random, server: FuzzedServer, peer: PeerScript): Promise<void> {
    const port = random.chance(0.9) ? 5060 : 5062;
    switch (random.pick(acts)) {
        case "request":
            server.receive(damaged(random, peer.request(server.sent)), port);
            return;
        case "answer":
            server.receive(damaged(random, peer.answer(server.sent)), port);
            return;
        case "order":
            server.order(damaged(random, appOrder(random, server.told)));
            return;
        case "stray":
            server.receive(mutate(random, makeMessage(random)), port);
            return;
        case "pause": {
            const long = random.chance(0.2);
            await server.pass(long ? 40_000 : random.below(1_000));
            // What comes again after so long is another request, and may get another answer.
            if (long) peer.forget(server.sent);
        }
    }
}

function damaged(random: Random, data: Buffer): Buffer {
    return random.chance(0.05) ? mutate(random, data) : data;
}
