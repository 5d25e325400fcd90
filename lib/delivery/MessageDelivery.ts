import type { Message } from "../message/Message.ts";
import { conversationOf } from "../message/Message.ts";
import type { MessageEffect } from "../message/MessageEffect.ts";
import type { MessageEvent } from "../message/MessageEvent.ts";
import type { MessagePolicy } from "../message/MessagePolicy.ts";
import { isFinished, isOpen, type MessageState } from "../message/MessageState.ts";
import { openMessage, reduceMessage } from "../message/reduceMessage.ts";
import type { Direction, MessageId } from "../message/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { DeliveryResult, MessageCarrier } from "../ports/MessageCarrier.ts";
import type { Acceptance, MessageIntake, ReceiptNews } from "../ports/MessageIntake.ts";
import type { MessageRecord, MessageStore } from "../ports/MessageStore.ts";
import { settlesWithin } from "../ports/settlesWithin.ts";
import type { MessageTelemetry } from "../ports/MessageTelemetry.ts";
import { ConversationQueues } from "./ConversationQueues.ts";
import { Lanes } from "./Lanes.ts";
import { outcomeOf } from "./outcomeOf.ts";
import { SenderNotifications } from "./SenderNotifications.ts";

export interface MessageDeliveryParts {
    readonly store: MessageStore;
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: MessageTelemetry;
    readonly policy: MessagePolicy;
    /** Messages that can wait at the same time, in both directions together. */
    readonly maxWaiting: number;
    /** Characters of their contents together: images wait in memory, too. */
    readonly maxWaitingCharacters: number;
    /** Attempts under way at the same time, for each direction. */
    readonly concurrency: number;
}

/** The networks a message goes between. */
export type Carriers = Readonly<Record<"matrix" | "remote", MessageCarrier>>;

/** Longer than any carrier's own timeout: it ends an attempt that a defect has left hanging. */
const ATTEMPT_TIMEOUT_MS = 120_000;

/**
 * The imperative shell of messaging: it keeps the order of each conversation, carries out what the reducer decides, and
 * writes every state before it acts on it. A restart continues where the journal ends.
 */
export class MessageDelivery implements MessageIntake {
    readonly #parts: MessageDeliveryParts;
    readonly #queues = new ConversationQueues();
    readonly #lanes: Readonly<Record<Direction, Lanes>>;
    readonly #settled = new Map<MessageId, (state: MessageState) => void>();
    readonly #timers = new Map<MessageId, () => void>();
    readonly #notifications: SenderNotifications;
    #carriers: Carriers | undefined;
    #state: "starting" | "running" | "stopping" = "starting";

    constructor(parts: MessageDeliveryParts) {
        this.#parts = parts;
        this.#lanes = { inbound: new Lanes(parts.concurrency), outbound: new Lanes(parts.concurrency) };
        this.#notifications = new SenderNotifications({
            clock: parts.clock,
            log: parts.log,
            carrierOf: (message) => this.#senderOf(message),
            apply: (id, event) => this.#apply(id, event),
        });
    }

    /** Begins to deliver: messages from before a restart first. Called once, when both networks can be reached. */
    start(carriers: Carriers): void {
        this.#carriers = carriers;
        this.#state = "running";
        const unfinished: MessageRecord[] = [];
        for (const record of this.#parts.store.records()) {
            if (isOpen(record.state) && !this.#queues.has(record.message)) this.#queues.add(record.message);
            if (!isFinished(record.state)) unfinished.push(record);
        }
        for (const { message } of unfinished) this.#apply(message.id, { kind: "restarted" });
        this.#reportWaiting();
    }

    accept(message: Message): Acceptance {
        const { store, telemetry, maxWaiting, maxWaitingCharacters } = this.#parts;
        const known = store.get(message.id);
        if (known !== undefined) return { kind: "repeated", state: known.state };
        const isFull = this.#queues.size >= maxWaiting || this.#queues.characters >= maxWaitingCharacters;
        if (this.#state === "stopping" || isFull) {
            telemetry.messageRefused(message.direction, this.#state === "stopping" ? "stopping" : "queue full");
            return { kind: "refused" };
        }
        const stored = store.save({ message, state: openMessage() });
        // the adapter can wait for it or not
        stored.catch(() => undefined);
        const settled = new Promise<MessageState>((resolve) => this.#settled.set(message.id, resolve));
        this.#queues.add(message);
        telemetry.messageAccepted(message.direction);
        this.#reportWaiting();
        this.#runHead(conversationOf(message));
        return { kind: "accepted", stored, settled };
    }

    knows(id: MessageId): boolean {
        return this.#parts.store.get(id) !== undefined;
    }

    receipt(direction: Direction, reference: string, news: ReceiptNews): void {
        const record = this.#parts.store.withReference(direction, reference);
        if (record !== undefined) this.#apply(record.message.id, news);
    }

    readUpTo(user: MatrixUserId, reference: string): void {
        const { store } = this.#parts;
        const last = store.withReference("inbound", reference);
        if (last?.message.user !== user) return;
        const conversation = conversationOf(last.message);
        const unread: MessageId[] = [];
        for (const { message, state } of store.records()) {
            const isUnread = message.user === user && (state.phase === "sent" || state.phase === "delivered");
            if (isUnread && conversationOf(message) === conversation) unread.push(message.id);
            if (message.id === last.message.id) break;
        }
        for (const id of unread) this.#apply(id, { kind: "displayed" });
    }

    recipientAvailable(isFor: (message: Message) => boolean): void {
        for (const message of this.#queues.heads()) {
            if (isFor(message)) this.#apply(message.id, { kind: "recipientAvailable" });
        }
    }

    /** Number of messages that wait or are being sent. */
    get waiting(): number {
        return this.#queues.size;
    }

    /** Accepts no more messages, starts no more attempts, and waits `withinMs` for those under way. The store is closed by its owner. */
    async stop(withinMs: number): Promise<void> {
        this.#state = "stopping";
        for (const cancel of this.#timers.values()) cancel();
        this.#timers.clear();
        this.#notifications.stop();
        const idle = Promise.all([this.#lanes.inbound.idle(), this.#lanes.outbound.idle()]);
        await settlesWithin(idle, withinMs, this.#parts.clock);
    }

    /** The first message of a conversation is due, if there is one and the carriers are there. */
    #runHead(conversation: string): void {
        const head = this.#queues.head(conversation);
        if (head !== undefined && this.#state === "running") this.#due(head.id);
    }

    #due(id: MessageId): void {
        this.#apply(id, { kind: "due", now: this.#parts.clock.now() });
    }

    /** One step: reduce, write, act. Nothing is awaited, so that nothing slips between reading and writing the state. */
    #apply(id: MessageId, event: MessageEvent): void {
        const { store, policy } = this.#parts;
        const record = store.get(id);
        if (record === undefined) return;
        const { message } = record;
        const { acceptedAt, expiresAt = Infinity, receipts } = message;
        const next = reduceMessage(record.state, event, { policy, acceptedAt, expiresAt, receipts });
        if (next.state !== record.state) this.#enter(record, next.state);
        for (const effect of next.effects) this.#carryOut(message, effect);
        if (isOpen(record.state) && !isOpen(next.state)) this.#leaveQueue(message);
    }

    #enter({ message, state: before }: MessageRecord, state: MessageState): void {
        const { store, clock, telemetry, log } = this.#parts;
        store.save({ message, state }).catch((error: unknown) => {
            log.error("message state not written", { messageId: message.id, phase: state.phase, error });
        });
        log.debug("message changed", { messageId: message.id, from: before.phase, to: state.phase });
        if (before.phase === "sending" && state.phase === "queued") telemetry.messageRetried(message.direction);
        const outcome = outcomeOf(state);
        const isNew = outcome !== undefined && outcome !== outcomeOf(before);
        if (isNew) telemetry.messageSettled(message.direction, outcome, clock.now() - message.acceptedAt);
    }

    #leaveQueue(message: Message): void {
        const conversation = conversationOf(message);
        this.#timers.get(message.id)?.();
        this.#timers.delete(message.id);
        this.#queues.remove(message);
        const state = this.#parts.store.get(message.id)?.state;
        if (state !== undefined) this.#settled.get(message.id)?.(state);
        this.#settled.delete(message.id);
        this.#reportWaiting();
        this.#runHead(conversation);
    }

    #carryOut(message: Message, effect: MessageEffect): void {
        switch (effect.kind) {
            case "deliver":
                this.#lanes[message.direction].run(() => this.#deliver(message, effect.attempt, effect.partsSent));
                return;
            case "wake":
                this.#wake(message, effect.at);
                return;
            case "confirm":
                this.#notifications.confirm(message, effect.receipt);
                return;
            case "reportFailure":
                this.#notifications.reportFailure(message, effect.cause);
        }
    }

    #wake(message: Message, at: number): void {
        const { clock } = this.#parts;
        this.#timers.get(message.id)?.();
        this.#timers.delete(message.id);
        if (this.#state !== "running" || this.#queues.head(conversationOf(message))?.id !== message.id) return;
        const ms = at - clock.now();
        if (ms <= 0) return this.#due(message.id);
        const cancel = clock.startTimer(Math.min(ms, MAX_TIMER_MS), () => {
            this.#timers.delete(message.id);
            this.#due(message.id);
        });
        this.#timers.set(message.id, cancel);
    }

    async #deliver(message: Message, attempt: number, partsSent: number): Promise<void> {
        const { clock, log } = this.#parts;
        const onPartsAccepted = (parts: number): void => this.#apply(message.id, { kind: "partsAccepted", parts });
        const hanging = timeout(clock, ATTEMPT_TIMEOUT_MS);
        let result: DeliveryResult;
        try {
            const delivery = this.#recipientOf(message).deliver({ message, attempt, partsSent, onPartsAccepted });
            result = await Promise.race([delivery, hanging.over.then(() => UNAVAILABLE)]);
        } catch (error) {
            log.error("message attempt failed", { messageId: message.id, error });
            result = { kind: "rejected", cause: "internalError" };
        }
        hanging.cancel();
        log.debug("message attempted", { messageId: message.id, attempt, result: result.kind });
        this.#apply(message.id, eventOf(result, clock.now()));
    }

    #recipientOf({ direction }: Message): MessageCarrier {
        if (this.#carriers === undefined) throw new Error("messages are delivered before the start");
        return this.#carriers[direction === "inbound" ? "matrix" : "remote"];
    }

    /** The sender of an outbound message can be a registered phone as well. */
    #senderOf({ origin }: Message): MessageCarrier | undefined {
        return this.#carriers?.[origin.network === "matrix" ? "matrix" : "remote"];
    }

    #reportWaiting(): void {
        for (const direction of ["inbound", "outbound"] as const) {
            this.#parts.telemetry.messagesWaiting(direction, this.#queues.sizeOf(direction));
        }
    }
}

const UNAVAILABLE: DeliveryResult = { kind: "unavailable" };
/** Timers of Node.js cannot be longer than 2^31 - 1 ms; `due` starts another one. */
const MAX_TIMER_MS = 2_000_000_000;

function eventOf(result: DeliveryResult, now: number): MessageEvent {
    switch (result.kind) {
        case "accepted":
        case "rejected":
            return result;
        case "unavailable":
        case "offline":
            return { ...result, now };
    }
}

function timeout(clock: Clock, ms: number): { readonly over: Promise<void>; readonly cancel: () => void } {
    let cancel = (): void => undefined;
    const over = new Promise<void>((resolve) => {
        cancel = clock.startTimer(ms, resolve);
    });
    return { over, cancel };
}
