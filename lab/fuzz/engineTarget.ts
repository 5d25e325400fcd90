import type { FuzzTarget } from "./FuzzTarget.ts";
import { FuzzedServer } from "./FuzzedServer.ts";
import type { Random } from "./Random.ts";
import { makeMessage, mutate } from "./sipGrammar.ts";
import { appOrder, PeerScript } from "./callGrammar.ts";

/**
 * A peer that knows the calls it is in and breaks the rules, an application that does as it pleases, and time that
 * passes: nothing throws, no request is answered twice, applications can decode every frame, nothing is left behind.
 */
export const engineTarget: FuzzTarget = {
    name: "engine",
    async run(random) {
        const server = new FuzzedServer();
        const peer = new PeerScript(random);
        let passed = 0;
        for (let step = 20 + random.below(60); step > 0; step--) {
            passed += await act(random, server, peer);
            if (passed < COPY_MS) continue;
            peer.forget(server.sent);
            passed = 0;
        }
        await server.end();
    },
};

const acts = ["request", "request", "answer", "answer", "order", "order", "order", "stray", "pause"] as const;

/**
 * After T4, 5 s, an INVITE that was refused and acknowledged is forgotten (RFC 3261, section 17.2.1): what comes again is
 * another request, and may get another answer. One pause more must not lead beyond that.
 */
const COPY_MS = 4_000;

/** Resolves to the ms that passed. */
async function act(random: Random, server: FuzzedServer, peer: PeerScript): Promise<number> {
    const port = random.chance(0.9) ? 5060 : 5062;
    switch (random.pick(acts)) {
        case "request":
            await server.receive(damaged(random, peer.request(server.sent)), port);
            return 0;
        case "answer":
            await server.receive(damaged(random, peer.answer(server.sent)), port);
            return 0;
        case "order":
            server.order(damaged(random, appOrder(random, server.told)));
            return 0;
        case "stray":
            await server.receive(mutate(random, makeMessage(random)), port);
            return 0;
        case "pause": {
            const ms = random.chance(0.2) ? 40_000 : random.below(1_000);
            await server.pass(ms);
            return ms;
        }
    }
}

function damaged(random: Random, data: Buffer): Buffer {
    return random.chance(0.05) ? mutate(random, data) : data;
}
