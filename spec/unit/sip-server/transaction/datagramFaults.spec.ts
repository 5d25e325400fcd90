import { describe, expect, it } from "vitest";
import { composeResponse } from "../../../../lib/sip-server/transaction/composeResponse.ts";
import { cseqMethod } from "../../../../lib/sip-server/transaction/matching.ts";
import { requestOf, TransactionPair } from "../../../support/sip-server/TransactionPair.ts";

// All that UDP can do to one transaction, not samples of it: each of the first messages, of whichever side, is lost,
// arrives immediately, arrives late (behind its own retransmission and the response to that), or both.

const LATE_MS = 1_300;
const fates = [[], [1], [LATE_MS], [1, LATE_MS]] as const;

/** How the server responds, and what is reported to each side in the end. */
interface Scenario {
    readonly name: string;
    readonly method: "INVITE" | "OPTIONS";
    /** Final status, and how long the user takes for it; an INVITE rings before. */
    readonly status: number;
    readonly afterMs: number;
}

const scenarios: readonly Scenario[] = [
    { name: "OPTIONS, answered immediately", method: "OPTIONS", status: 200, afterMs: 0 },
    { name: "OPTIONS, answered while the client repeats it", method: "OPTIONS", status: 404, afterMs: 900 },
    { name: "OPTIONS, answered after a 100", method: "OPTIONS", status: 200, afterMs: 5_000 },
    { name: "INVITE, rejected immediately", method: "INVITE", status: 486, afterMs: 0 },
    { name: "INVITE, refused while it rings", method: "INVITE", status: 603, afterMs: 2_000 },
];

function play({ method, status, afterMs }: Scenario, weather: readonly (readonly number[])[]): TransactionPair {
    const pair = new TransactionPair();
    const { clock, network, server } = pair;
    network.weather = () => weather[network.log.length - 1] ?? [1];
    const after = (ms: number, act: () => void): void => {
        if (ms === 0) act();
        else clock.setTimer(ms, act);
    };
    server.onRequest = (transaction) => {
        after(afterMs, () => transaction.respond(composeResponse(transaction.request, { status, toTag: "b" })));
    };
    server.onInvite = (transaction) => {
        const respond = (answer: number): void =>
            transaction.respond(composeResponse(transaction.request, { status: answer, toTag: "b" }));
        if (afterMs > 0) respond(180);
        after(afterMs, () => respond(status));
    };
    pair.ask(requestOf(method));
    clock.advance(200_000);
    return pair;
}

/** Throws what is wrong: thousands of ways are too many for an assertion each. */
function checkOutcome({ method, status }: Scenario, pair: TransactionPair): void {
    const { client, server, network } = pair;
    const story = (): string =>
        `${network.story.join(", ")} | client ${client.told.join()} | server ${server.told.join()}`;
    const must = (holds: boolean, what: string): void => {
        if (!holds) throw new Error(`${what}: ${story()}`);
    };
    const finals = client.told.filter((told) => !told.startsWith("1"));
    must(finals.join() === `${status} ${method},over`, "the client gets one final response, then the end");
    must(client.told.at(-2) === `${status} ${method}`, "nothing is reported after the final response");
    must(server.told.join() === `${method},over`, "the server gets one request, then the end");
    must(
        pair.left.every((count) => count === 0),
        `${pair.left.join()} left`,
    );
    const sent = network.log.map(({ message }) => message);
    const answers = sent.filter((message) => message.kind === "response" && message.status >= 200);
    must(
        answers.every((message) => message.kind === "response" && message.status === status),
        "one answer",
    );
    must(
        sent.every((message) => message.kind === "request" || cseqMethod(message) !== "ACK"),
        "no ACK is answered",
    );
    must(sent.length <= 40, `${sent.length} messages`);
    expectRepetitions(pair, must);
}

/** Every copy sent is counted as one, and so is every copy that came. */
function expectRepetitions(
    { client, server, network }: TransactionPair,
    must: (holds: boolean, what: string) => void,
): void {
    const sentBy = (address: string): number => network.log.filter(({ from }) => from.address === address).length;
    const { counters } = client;
    const acks = network.log.filter(({ message }) => message.kind === "request" && message.method === "ACK").length;
    must(sentBy("192.0.2.1") === 1 + counters.retransmissionsSent + Math.min(acks, 1), "client's copies counted");
    must(
        sentBy("192.0.2.2") === server.counters.responsesSent + server.counters.retransmissionsSent,
        "server's copies counted",
    );
    must(counters.timeouts === 0 && counters.requestsSent === 1, "one request, no timeout");
}

/** Calls back with every sequence of that length. */
function everySequence<Item>(
    items: readonly Item[],
    length: number,
    visit: (sequence: readonly Item[]) => void,
): number {
    const count = items.length ** length;
    for (let number = 0; number < count; number++) {
        const at = (position: number): number => Math.floor(number / items.length ** position) % items.length;
        visit(Array.from({ length }, (_, position) => items[at(position)]).filter((item) => item !== undefined));
    }
    return count;
}

describe.each(scenarios)("$name", (scenario) => {
    it("ends the same for both sides, whatever becomes of the first five messages", () => {
        const count = everySequence<readonly number[]>(fates, 5, (weather) =>
            checkOutcome(scenario, play(scenario, weather)),
        );
        expect(count).toBe(1024);
    });

    it("ends, and ends only once, whichever of the first ten messages are lost", () => {
        everySequence<readonly number[]>([[1], []], 10, (weather) => {
            const pair = play(scenario, weather);
            const ends = pair.client.told.filter((told) => told === "timeout" || /^[2-6]/.test(told));
            if (ends.length !== 1 || pair.left.some((count) => count > 0)) {
                throw new Error(`${weather.map((fate) => fate.length).join("")}: ${pair.client.told.join()}`);
            }
        });
    });
});
