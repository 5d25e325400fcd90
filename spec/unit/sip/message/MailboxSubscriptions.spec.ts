import { beforeEach, describe, expect, it } from "vitest";
import type { MailboxState } from "../../../../lib/ports/MailboxNews.ts";
import { MailboxSubscriptions } from "../../../../lib/sip/message/MailboxSubscriptions.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import type {
    IncomingRequest,
    OutgoingRequest,
    OutgoingResponse,
    ResponseListener,
    SipStack,
} from "../../../../lib/sip/SipStack.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { alice, bob } from "../../../support/message/messages.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { settle } from "../../../support/settle.ts";

describe("MailboxSubscriptions", () => {
    let clock: FakeClock;
    let calls: SipCalls;
    let sent: OutgoingRequest[];
    let responses: OutgoingResponse[];
    let answer: number;
    let state: MailboxState | undefined;
    let subscriptions: MailboxSubscriptions;

    beforeEach(() => {
        clock = new FakeClock();
        calls = new SipCalls();
        [sent, responses, answer, state] = [[], [], 200, undefined];
        const stack: SipStack = {
            send: (request: OutgoingRequest, listener: ResponseListener) => {
                sent.push(request);
                setImmediate(() =>
                    listener.onResponse({ status: answer } as Parameters<ResponseListener["onResponse"]>[0]),
                );
                const cancel = (): Promise<void> => Promise.resolve();
                return Promise.resolve({ uri: "", headers: new Map(), transactionId: "t", cancel });
            },
        };
        subscriptions = new MailboxSubscriptions({
            stack,
            calls,
            mailboxes: { stateOf: () => state },
            clock,
            log: new KeptLog(),
        });
    });

    function subscribe(headers: Readonly<Record<string, string>> = {}): IncomingRequest {
        return {
            method: "SUBSCRIBE",
            headers: new Map(Object.entries({ event: "message-summary", expires: "600", ...headers })),
            respond: (response: OutgoingResponse) => {
                responses.push(response);
                return Promise.resolve({ dialogId: "d1" });
            },
        } as unknown as IncomingRequest;
    }

    const notified = (): string[] =>
        sent.map(
            ({ headers, body }) => `${headers["Subscription-State"] ?? ""} ${(body ?? "").split("\r\n")[0] ?? ""}`,
        );

    it("confirms a subscription and reports the state of the mailbox", async () => {
        state = { waiting: "yes", voice: { new: 2, old: 0 } };
        subscriptions.handle(subscribe(), alice);
        await settle();
        expect(responses).toEqual([{ status: 200, headers: { Expires: "600" } }]);
        expect(notified()).toEqual(["active;expires=600 Messages-Waiting: yes"]);
        expect(sent[0]?.body).toContain("Voice-Message: 2/0");
    });

    it("reports each change to the phones of that user only", async () => {
        subscriptions.handle(subscribe(), alice);
        await settle();
        state = { waiting: "yes" };
        subscriptions.changed(bob);
        subscriptions.changed(alice);
        expect(notified()).toEqual([
            "active;expires=600 Messages-Waiting: no",
            "active;expires=600 Messages-Waiting: yes",
        ]);
    });

    it("ends a subscription that is not prolonged, and one that the phone ends", async () => {
        subscriptions.handle(subscribe(), alice);
        await settle();
        clock.advance(600_000);
        expect(notified().at(-1)).toBe("terminated;reason=timeout Messages-Waiting: no");
        expect(calls.dialogs).toBe(0);
        subscriptions.handle(subscribe(), alice);
        await settle();
        calls.dialogOf({ dialogId: "d1" } as IncomingRequest)?.handle(subscribe({ expires: "0" }));
        await settle();
        expect(calls.dialogs).toBe(0);
        expect(clock.pending).toBe(0);
    });

    it("forgets a phone that does not know the subscription any more", async () => {
        answer = 481;
        subscriptions.handle(subscribe(), alice);
        await settle();
        expect(calls.dialogs).toBe(0);
    });

    it.each([
        [{ event: "presence" }, 489],
        [{ event: "" }, 489],
        [{ expires: "5" }, 423],
    ])("rejects %j", (headers, status) => {
        subscriptions.handle(subscribe(headers), alice);
        expect(responses[0]?.status).toBe(status);
    });
});
