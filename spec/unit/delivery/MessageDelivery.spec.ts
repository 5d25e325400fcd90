import { beforeEach, describe, expect, it } from "vitest";
import { MessageDelivery } from "../../../lib/delivery/MessageDelivery.ts";
import type { Message } from "../../../lib/message/Message.ts";
import type { MessageRecord } from "../../../lib/ports/MessageStore.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { FakeCarrier } from "../../support/message/FakeCarrier.ts";
import { KeptMessageTelemetry } from "../../support/message/KeptMessageTelemetry.ts";
import { MemoryMessages } from "../../support/message/MemoryMessages.ts";
import { aMessage, bob } from "../../support/message/messages.ts";
import { KeptLog } from "../../support/quiet.ts";
import { settle } from "../../support/settle.ts";

const policy = { maxAgeMs: 600_000, offlineMs: 86_400_000, firstRetryMs: 2_000, longestRetryMs: 300_000 };

describe("MessageDelivery", () => {
    let clock: FakeClock;
    let matrix: FakeCarrier;
    let remote: FakeCarrier;
    let telemetry: KeptMessageTelemetry;

    beforeEach(() => {
        clock = new FakeClock();
        matrix = new FakeCarrier();
        remote = new FakeCarrier();
        telemetry = new KeptMessageTelemetry();
    });

    function deliveryOn(store = new MemoryMessages(), limits = { maxWaiting: 100, concurrency: 10 }): MessageDelivery {
        const sizes = { maxWaitingCharacters: 1_000, ...limits };
        return new MessageDelivery({ store, clock, log: new KeptLog(), telemetry, policy, ...sizes });
    }

    function started(...given: Parameters<typeof deliveryOn>): MessageDelivery {
        const delivery = deliveryOn(...given);
        delivery.start({ matrix, remote });
        return delivery;
    }

    async function pass(ms: number): Promise<void> {
        await settle();
        clock.advance(ms);
        await settle();
    }

    it("delivers outbound messages to the SIP side and inbound ones to Matrix", async () => {
        const delivery = started();
        delivery.accept(aMessage("out"));
        delivery.accept(aMessage("in", "inbound"));
        await settle();
        expect(remote.received).toEqual(["out"]);
        expect(matrix.received).toEqual(["in"]);
        expect(telemetry.waiting).toEqual({ inbound: 0, outbound: 0 });
    });

    it("delivers a message once that is handed in repeatedly", async () => {
        const delivery = started();
        delivery.accept(aMessage("one"));
        expect(delivery.accept(aMessage("one")).kind).toBe("repeated");
        await settle();
        expect(delivery.accept(aMessage("one"))).toMatchObject({ kind: "repeated", state: { phase: "sent" } });
        expect(remote.attempts).toEqual(["one"]);
    });

    it("keeps the order of a conversation while its first message is repeated", async () => {
        const delivery = started();
        remote.answerNext({ kind: "unavailable" });
        for (const id of ["one", "two", "three"]) delivery.accept(aMessage(id));
        await pass(2_000);
        expect(remote.attempts).toEqual(["one", "one", "two", "three"]);
    });

    it("does not let one conversation wait for another", async () => {
        const delivery = started();
        remote.answerNext({ kind: "unavailable" });
        delivery.accept(aMessage("one"));
        delivery.accept(aMessage("other", "outbound", { user: bob }));
        await settle();
        expect(remote.received).toEqual(["other"]);
    });

    it("waits for as long as Retry-After says", async () => {
        const delivery = started();
        remote.answerNext({ kind: "unavailable", retryAfterMs: 30_000 });
        delivery.accept(aMessage("one"));
        await pass(29_000);
        expect(remote.attempts).toHaveLength(1);
        await pass(1_000);
        expect(remote.received).toEqual(["one"]);
    });

    it("notifies the sender when a message fails, and then delivers the next one", async () => {
        const delivery = started();
        remote.answerNext({ kind: "rejected", cause: "unknownRecipient" });
        delivery.accept(aMessage("one"));
        delivery.accept(aMessage("two"));
        await settle();
        expect(matrix.told).toEqual(["one failed: unknownRecipient"]);
        expect(remote.received).toEqual(["two"]);
    });

    it("notifies the sender of a failure later, if the sender's network cannot be reached", async () => {
        const delivery = started();
        matrix.failReports();
        remote.answerNext({ kind: "rejected", cause: "rejected" });
        delivery.accept(aMessage("one"));
        await settle();
        matrix.restoreReports();
        await pass(30_000);
        expect(matrix.told).toEqual(["one failed: rejected"]);
    });

    it("fails a message whose attempt ends with a defect, and reports it", async () => {
        const delivery = started();
        remote.answerNext(() => Promise.reject(new Error("defect")));
        delivery.accept(aMessage("one"));
        await settle();
        expect(matrix.told).toEqual(["one failed: internalError"]);
    });

    it("keeps a message for an offline phone and sends it when the phone registers", async () => {
        const delivery = started();
        remote.answerNext({ kind: "offline" });
        delivery.accept(aMessage("one"));
        await pass(3_600_000);
        expect(remote.attempts).toHaveLength(1);
        delivery.recipientAvailable(() => true);
        await pass(0);
        expect(remote.received).toEqual(["one"]);
    });

    it("gives up on an offline phone after a day and notifies the sender", async () => {
        const delivery = started();
        remote.answerNext({ kind: "offline" });
        delivery.accept(aMessage("one"));
        await pass(86_400_000);
        expect(matrix.told).toEqual(["one failed: recipientOffline"]);
    });

    it("passes on receipts to a sender that asked for them, and to no other", async () => {
        const delivery = started();
        delivery.accept(aMessage("asked", "inbound", { receipts: ["display"] }));
        delivery.accept(aMessage("silent", "inbound"));
        await settle();
        delivery.receipt("inbound", "ref asked", { kind: "displayed" });
        delivery.receipt("inbound", "ref silent", { kind: "displayed" });
        delivery.receipt("inbound", "unknown", { kind: "displayed" });
        expect(remote.told).toEqual(["asked display"]);
    });

    it("takes a read receipt in Matrix for all earlier messages of the conversation", async () => {
        const delivery = started();
        const asking = { receipts: ["display"] } as const;
        for (const id of ["one", "two", "three"]) delivery.accept(aMessage(id, "inbound", asking));
        delivery.accept(aMessage("other", "inbound", { ...asking, user: bob }));
        await settle();
        delivery.readUpTo(aMessage("two").user, "ref two");
        delivery.readUpTo(bob, "ref three");
        expect(remote.told).toEqual(["one display", "two display"]);
    });

    it("refuses messages beyond the limit of waiting ones", async () => {
        const delivery = started(new MemoryMessages(), { maxWaiting: 2, concurrency: 10 });
        remote.answerNext({ kind: "unavailable" });
        delivery.accept(aMessage("one"));
        delivery.accept(aMessage("two"));
        expect(delivery.accept(aMessage("three")).kind).toBe("refused");
        await pass(2_000);
        expect(delivery.accept(aMessage("three")).kind).toBe("accepted");
    });

    it("refuses messages while the contents of the waiting ones exceed the limit", async () => {
        const delivery = started();
        remote.answerNext({ kind: "unavailable" });
        const image = { kind: "file", uri: "data:".padEnd(1_000), name: "", mediaType: "image/png", text: "" } as const;
        delivery.accept(aMessage("one", "outbound", { content: image }));
        expect(delivery.accept(aMessage("two")).kind).toBe("refused");
        await pass(2_000);
        expect(delivery.accept(aMessage("two")).kind).toBe("accepted");
    });

    it("attempts a limited number of messages at the same time", async () => {
        let open: () => void = () => undefined;
        const opened = new Promise<void>((resolve) => (open = resolve));
        const slow = async () => {
            await opened;
            return { kind: "accepted", reference: "r", by: "network" } as const;
        };
        const delivery = started(new MemoryMessages(), { maxWaiting: 100, concurrency: 2 });
        remote.answerNext(slow, slow);
        for (const id of ["a", "b", "c"]) {
            delivery.accept(aMessage(id, "outbound", { user: `@${id}:matrix.example` as Message["user"] }));
        }
        await settle();
        expect(remote.attempts).toEqual(["a", "b"]);
        open();
        await settle();
        expect(remote.attempts).toEqual(["a", "b", "c"]);
    });

    it("delivers messages that were accepted before it was started", async () => {
        const delivery = deliveryOn();
        delivery.accept(aMessage("early"));
        delivery.start({ matrix, remote });
        await settle();
        expect(remote.attempts).toEqual(["early"]);
    });

    it("tells when the delivery of a message has ended", async () => {
        const delivery = started();
        const acceptance = delivery.accept(aMessage("one"));
        if (acceptance.kind !== "accepted") throw new Error(acceptance.kind);
        expect(await acceptance.settled).toEqual({ phase: "sent", reference: "ref one" });
    });

    it("accepts nothing and attempts nothing once it is stopped", async () => {
        const store = new MemoryMessages();
        const delivery = started(store);
        remote.answerNext({ kind: "unavailable" });
        delivery.accept(aMessage("one"));
        await settle();
        await delivery.stop(1_000);
        expect(delivery.accept(aMessage("two")).kind).toBe("refused");
        await pass(600_000);
        expect(remote.attempts).toEqual(["one"]);
        expect(clock.pending).toBe(0);
    });

    it("neither loses nor repeats a message, and keeps the order, when the process is killed at any step", async () => {
        // first a run without a crash, to learn every state the store has on the way
        const moments: (readonly MessageRecord[])[] = [];
        matrix = new FakeCarrier("recipient");
        const scenario = async (delivery: MessageDelivery, from: "the start" | "a crash"): Promise<void> => {
            if (from === "the start") {
                remote.answerNext({ kind: "unavailable" }, ({ onPartsAccepted }) => {
                    onPartsAccepted(1);
                    return { kind: "unavailable" };
                });
            }
            // senders repeat what was not confirmed to them
            for (const id of ["one", "two", "three"]) delivery.accept(aMessage(id));
            for (const id of ["in1", "in2"]) delivery.accept(aMessage(id, "inbound", { receipts: ["delivery"] }));
            for (let turn = 0; turn < 6; turn += 1) await pass(60_000);
        };
        await scenario(started(new MemoryMessages([], (records) => moments.push(records))), "the start");
        expect(moments.length).toBeGreaterThan(15);
        for (const moment of moments) {
            // of an attempt under way it is not known whether the network has accepted the message
            for (const phases of [
                ["sent", "delivered"],
                ["sent", "delivered", "sending"],
            ]) {
                const inPhase = moment
                    .filter(({ state }) => phases.includes(state.phase))
                    .map(({ message }) => message);
                [matrix, remote, clock] = [new FakeCarrier("recipient"), new FakeCarrier(), new FakeClock()];
                const before = { inbound: matrix, outbound: remote };
                for (const { direction, id } of inPhase) before[direction].received.push(id);
                await scenario(started(new MemoryMessages(moment)), "a crash");
                expect(remote.received).toEqual(["one", "two", "three"]);
                expect(matrix.received).toEqual(["in1", "in2"]);
                // a receipt is sent again unless it is known to be sent
                const owed = moment.every(({ state }) => state.phase !== "delivered" || state.owed.length > 0);
                if (owed) expect(remote.told).toEqual(["in1 delivery", "in2 delivery"]);
                const done = moment
                    .filter(({ state }) => ["sent", "delivered"].includes(state.phase))
                    .map(({ message }) => message.id);
                for (const id of done) expect([...remote.attempts, ...matrix.attempts]).not.toContain(id);
            }
        }
    });
});
