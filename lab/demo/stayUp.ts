import { setTimeout as delay } from "node:timers/promises";
import { tones } from "./calls.ts";
import { domain, numbers } from "../world/World.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import type { World } from "../world/World.ts";

const visitor = { localpart: "bob", password: "bob" } as const;
const pauseAfterFailureMs = 1_000;

/**
 * Keeps everything running for manual calls: Alice and a phone behind the trunk answer every call and print it. Resolves
 * when `leaving` is aborted.
 */
export async function stayUp(world: World, alice: MatrixClientPage, leaving: AbortSignal): Promise<void> {
    await world.synapse.registerUser(visitor.localpart, "Bob", visitor.password);
    console.log(invitation(world));
    const left = new Promise<void>((resolve) => leaving.addEventListener("abort", () => resolve(), { once: true }));
    void keepDoing(() => letAliceAnswer(alice), leaving);
    void keepDoing(() => letPhoneAnswer(world), leaving);
    await left;
}

function invitation({ bridge, synapse }: World): string {
    const sip = `${bridge.sip.address}:${bridge.sip.port}`;
    return `Everything runs until Ctrl-C. Place your own calls from this machine:

  With a softphone (no account, no registration; UDP or TCP, PCMU, PCMA or Opus)
    sip:${numbers.alice}@${sip}   calls Alice, who answers and plays ${tones.alice} Hz
    sip:${numbers.bob}@${sip}   calls Bob: log in as Bob to answer

  With Element (or another Matrix client with voice calls)
    homeserver ${synapse.url}, user ${visitor.localpart}, password ${visitor.password}
    Bob may call any number that begins with +; a phone answers and plays ${tones.phone} Hz
    The user ID is @${visitor.localpart}:${domain}

  Logs and configuration: ${bridge.directory}
`;
}

async function letAliceAnswer(alice: MatrixClientPage): Promise<void> {
    const { callId, opponent } = await alice.awaitRinging(Number.POSITIVE_INFINITY);
    console.log(`Alice answers a call from ${opponent?.name ?? "an unnamed contact"}.`);
    await alice.answer(callId);
    await alice.awaitState(callId, "ended", Number.POSITIVE_INFINITY);
}

async function letPhoneAnswer(world: World): Promise<void> {
    const phone = await world.phoneListens({ toneHz: tones.phone });
    await phone.isCalled(Number.POSITIVE_INFINITY);
    console.log("The phone behind the trunk answers a call.");
    await phone.answer();
    await phone.isDone();
    await world.stopPhones();
}

/** Repeats an action: it fails if a caller hangs up early, and then starts again. */
async function keepDoing(action: () => Promise<void>, leaving: AbortSignal): Promise<void> {
    while (!leaving.aborted) {
        try {
            await action();
        } catch {
            await delay(pauseAfterFailureMs);
        }
    }
}
