import { MatrixMessenger } from "../world/MatrixMessenger.ts";
import { SipMessenger } from "../world/SipMessenger.ts";
import { loopback } from "../world/freePort.ts";
import { numbers, type World } from "../world/World.ts";

/** What the two messages of the demo proved. The names of the fields are those of `npm run demo -- --json`. */
export interface MessageProof {
    readonly ok: boolean;
    /** From sending to arrival, in ms; null if it did not arrive. */
    readonly toMatrixMs: number | null;
    readonly toSipMs: number | null;
}

export const noMessages: MessageProof = { ok: false, toMatrixMs: null, toSipMs: null };

/** A phone writes to Alice, and Alice answers in the same room. Never rejects: what is not proven is null. */
export async function messageBothWays(world: World): Promise<MessageProof> {
    const messenger = await MatrixMessenger.start(await world.synapse.loginAgain("alice"));
    const phone = await SipMessenger.start(world.trunkPort);
    let toMatrixMs: number | null = null;
    try {
        const sentAt = Date.now();
        const from = `sip:${numbers.phone}@${loopback}`;
        phone.send(world.bridge.sip.port, { to: `sip:${numbers.alice}@${loopback}`, from, body: "Hello from a phone" });
        const { room, seenAt } = await messenger.sees("Hello from a phone");
        toMatrixMs = seenAt - sentAt;
        const answeredAt = Date.now();
        await messenger.say(room, "Hello from Matrix");
        const { at } = await phone.receives("Hello from Matrix");
        return { ok: true, toMatrixMs, toSipMs: at - answeredAt };
    } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        return { ok: false, toMatrixMs, toSipMs: null };
    } finally {
        await Promise.all([messenger.stop(), phone.stop()]);
    }
}
