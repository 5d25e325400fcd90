import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MatrixMessenger } from "../../lab/world/MatrixMessenger.ts";
import { MessageWorld } from "../../lab/world/MessageWorld.ts";
import type { WireMessage } from "../../lab/world/SipMessenger.ts";
import { composeCpim } from "../../lib/sip/message/format/cpim.ts";

const toAlice = "sip:+442079460101@127.0.0.1";
const waitMs = 30_000;

describe("the bridge killed (SIGKILL) at each line it writes about a message in each direction", () => {
    let world: MessageWorld;
    let alice: MatrixMessenger;
    let room: string;

    beforeAll(async () => {
        world = await MessageWorld.start();
        alice = await world.openMessenger("alice");
        world.trunk.send(world.bridge.sip.port, { to: toAlice, body: "first" });
        ({ room } = await alice.sees("first"));
    });
    afterAll(() => world.stop());

    /** The sender asks for a notification of the delivery. */
    function write(text: string): void {
        const body = composeCpim({
            from: "sip:+442079460500@127.0.0.1",
            to: toAlice,
            dateTime: "2026-11-30T12:00:00Z",
            messageId: `id ${text}`,
            dispositions: ["positive-delivery"],
            contentType: "text/plain;charset=utf-8",
            content: text,
        });
        world.trunk.send(world.bridge.sip.port, { to: toAlice, body, contentType: "message/cpim" });
    }
    const requestsWith = (text: string): readonly WireMessage[] =>
        world.trunk.received.filter(({ body }) => body.includes(text));
    const distinct = (requests: readonly WireMessage[]): number =>
        new Set(requests.map(({ callId, cseq }) => `${callId} ${cseq}`)).size;

    it.each([
        // the event is on disk, and the message not yet
        { file: "events.journal", more: 1 },
        // three lines or more for each message: accepted, an attempt begins, accepted by the network; then the receipt
        ...[1, 2, 3, 4, 5, 6, 7].map((more) => ({ file: "messages.journal", more })),
    ])(
        "delivers both messages once if it is killed at line $more of $file",
        async ({ file, more }) => {
            const [into, out] = [`in ${file} ${more}.`, `out ${file} ${more}.`];
            const killed = world.bridge.killAtLine(file, more);
            write(into);
            await alice.say(room, out);
            await killed;
            await world.bridge.start();
            await alice.sees(into, waitMs);
            await world.trunk.receives((message) => message.body.includes(out), waitMs);
            // the receipt comes last
            await world.trunk.receives(({ body }) => body.includes(`<message-id>id ${into}`), waitMs);
            expect(alice.messages.filter(({ body }) => body === into)).toHaveLength(1);
            // a request that is sent again is recognised by its Call-ID and CSeq (RFC 3261, section 8.2.2.2)
            expect(distinct(requestsWith(out))).toBe(1);
            expect(distinct(requestsWith(`<message-id>id ${into}`))).toBe(1);
            expect(requestsWith(`<message-id>id ${into}`)[0]?.body).toContain("<delivered/>");
        },
        60_000,
    );
});
