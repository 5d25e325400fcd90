import { deepStrictEqual, ok } from "node:assert/strict";
import { serializeMessage } from "../../lib/sip-server/sip/serializeMessage.ts";
import type { SipMessage, SipResponse } from "../../lib/sip-server/sip/SipMessage.ts";
import { isUnrejectable } from "../../lib/sip-server/sip/startLine.ts";
import { parseVia } from "../../lib/sip-server/sip/Via.ts";
import { cseqMethod } from "../../lib/sip-server/transaction/matching.ts";
import { KnownSenders } from "../../lib/sip-server/transport/KnownSenders.ts";
import { Reception } from "../../lib/sip-server/transport/Reception.ts";
import type { Flow } from "../../lib/sip-server/transport/SipTransport.ts";
import { TrafficCounters } from "../../lib/sip-server/transport/TrafficCounters.ts";
import { defaultTransportOptions } from "../../lib/sip-server/transport/TransportOptions.ts";
import { FakeClock } from "../../spec/support/sip-server/FakeClock.ts";
import type { FuzzTarget } from "./FuzzTarget.ts";
import { makeMessage, mutate } from "./sipGrammar.ts";

const remote = { address: "192.0.2.1", port: 40_000 };
const local = { address: "192.0.2.2", port: 5060 };

/** A UDP flow that leads nowhere: answers are taken before they are sent. */
const flow: Flow = {
    id: "gate",
    protocol: "udp",
    local,
    remote,
    reliable: false,
    sentBy: { host: local.address, port: local.port },
    closed: false,
    send: () => Promise.resolve(),
    onClose: () => () => undefined,
    close: () => undefined,
};

/**
 * A datagram from an unknown peer at the gate: it is handed up whole, or dropped and counted. An answer is given to broken
 * requests only, never to an ACK or a response, the same each time, and not much longer than what it answers.
 */
export const gateTarget: FuzzTarget = {
    name: "gate",
    run(random) {
        const counters = new TrafficCounters();
        const answers: SipResponse[] = [];
        const handedUp: SipMessage[] = [];
        const options = { ...defaultTransportOptions, clock: new FakeClock() };
        const gate = new Reception(options, counters, new KnownSenders(options.clock, 1), (response) =>
            answers.push(response),
        );
        gate.setHandler((message) => handedUp.push(message));
        const data = mutate(random, makeMessage(random.withSlips(random.pick([0.01, 0.03]))));
        for (const times of [1, 2]) {
            gate.receiveDatagram(Buffer.from(data), flow);
            const dropped = [...counters.dropped.values()].reduce((sum, count) => sum + count, 0);
            deepStrictEqual(handedUp.length + dropped, times, "neither handed up nor dropped, or both");
            deepStrictEqual(answers.length, counters.dropped.get("refused") ?? 0, "an answer to what was not refused");
        }
        const [first, second] = answers.map((response) => serializeMessage(response));
        deepStrictEqual(first?.toString(), second?.toString(), "another answer to the same request");
        for (const response of answers) expectMeek(response, data);
        for (const message of handedUp) if (message.kind === "request") expectFilledVia(message);
    },
};

function expectMeek(response: SipResponse, data: Buffer): void {
    ok(response.status >= 400 && response.status < 600, `an unknown peer gets ${response.status}`);
    ok(!data.toString().trimStart().startsWith("SIP/"), "a response was answered");
    ok(!data.toString().trimStart().startsWith("ACK "), "an ACK was answered");
    expectFilledVia(response);
    // An octet that is no UTF-8 takes three on the way back.
    ok(serializeMessage(response).length < 3 * data.length + 300, "an answer much longer than its request");
}

/** The top Via says where the message came from, so that what goes back goes there. */
function expectFilledVia(message: SipMessage): void {
    const via = parseVia(message.headers.list("Via")[0] ?? "");
    ok(
        via?.params.get("received") === remote.address && via.params.get("rport") === String(remote.port),
        "Via unfilled",
    );
    if (message.kind === "request" && !isUnrejectable(message.method)) {
        deepStrictEqual(cseqMethod(message), message.method);
    }
}
