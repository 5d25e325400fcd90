import { describe, expect, it } from "vitest";
import type { SipRequest, SipResponse } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { composeResponse } from "../../../../lib/sip-server/transaction/composeResponse.ts";
import { titleOf } from "../../../support/sip-server/MemoryNetwork.ts";
import { requestOf, TransactionPair } from "../../../support/sip-server/TransactionPair.ts";

/** The pair, its server rejecting every INVITE and answering every other request immediately with that status. */
function answering(status: number, protocol: "udp" | "tcp" = "udp", limit?: number): TransactionPair {
    const pair = new TransactionPair(protocol, limit);
    const answer = (request: SipRequest): SipResponse => composeResponse(request, { status, toTag: "b" });
    pair.server.onInvite = (transaction) => transaction.respond(answer(transaction.request));
    pair.server.onRequest = (transaction) => transaction.respond(answer(transaction.request));
    return pair;
}

function changed(request: SipRequest, headers: Readonly<Record<string, string>>): SipRequest {
    const copy = request.headers.copy();
    for (const [name, value] of Object.entries(headers)) copy.set(name, value);
    return { ...request, headers: copy };
}

function titles(pair: TransactionPair): string[] {
    return pair.network.log.map(
        ({ from, message }) => `${from.address === "192.0.2.1" ? ">" : "<"}${titleOf(message)}`,
    );
}

/** Until all is over, whatever timers there are. */
function end(pair: TransactionPair): void {
    pair.clock.advance(1_000_000);
    expect(pair.left).toEqual([0, 0, 0, 0]);
}

describe("the ACK of a refusal", () => {
    it("is that of RFC 3261 17.1.1.3: the INVITE's branch, Route and number, the refusal's To", () => {
        const pair = answering(486);
        const invite = changed(requestOf("INVITE", "z9hG4bKi"), { "Max-Forwards": "9", Route: "<sip:192.0.2.2;lr>" });
        pair.ask(invite);
        end(pair);
        const ack = pair.network.log.map(({ message }) => message).find((message) => titleOf(message) === "ACK");
        expect(ack?.kind === "request" && ack.uri).toBe(invite.uri);
        expect(ack && [...ack.headers].map(({ name, value }) => `${name}: ${value}`)).toEqual([
            "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKi",
            "Max-Forwards: 70",
            "Route: <sip:192.0.2.2;lr>",
            "From: <sip:a@192.0.2.1>;tag=a",
            "To: <sip:b@192.0.2.2>;tag=b",
            "Call-ID: weather",
            "CSeq: 1 ACK",
            "Content-Length: 0",
        ]);
    });

    it("is the same again for a refusal with another tag: the first one counts", () => {
        const pair = answering(486);
        pair.network.weather = ({ message }) => (titleOf(message) === "ACK" ? [] : [1]);
        pair.ask(requestOf("INVITE"));
        pair.clock.advance(100);
        const [, , refusal] = pair.network.log.map(({ message }) => message);
        if (refusal?.kind !== "response") expect.fail("no refusal");
        const other = { ...refusal, headers: refusal.headers.copy() };
        other.headers.set("To", "<sip:b@192.0.2.2>;tag=other");
        pair.client.layer.receiveResponse(other, pair.flow);
        const acks = pair.network.log.filter(({ message }) => titleOf(message) === "ACK");
        expect(acks.map(({ message }) => message.headers.get("To"))).toEqual(
            Array.from({ length: 2 }, () => "<sip:b@192.0.2.2>;tag=b"),
        );
        expect(pair.client.counters.retransmissionsSent).toBe(1);
        end(pair);
    });
});

describe("a response", () => {
    it.each([
        ["has the request's Timestamp if it is a 100", 100, "4.5"],
        ["has none if it is another", 200, undefined],
    ])("%s", (_what, status, expected) => {
        const request = changed(requestOf("OPTIONS"), { Timestamp: "4.5" });
        expect(composeResponse(request, { status }).headers.get("Timestamp")).toBe(expected);
    });

    it("has all Via of the request in their order, and no second tag", () => {
        const request = changed(requestOf("OPTIONS"), { To: "<sip:b@192.0.2.2>;tag=theirs" });
        request.headers.add("Via", "SIP/2.0/TCP far.example.com;branch=z9hG4bKfar");
        const { headers } = composeResponse(request, { status: 200, toTag: "ours" });
        expect(headers.all("Via")).toEqual(request.headers.all("Via"));
        expect(headers.get("To")).toBe("<sip:b@192.0.2.2>;tag=theirs");
    });

    it.each<[string, Readonly<Record<string, string>>, string[]]>([
        ["with a second Via was meant for another (RFC 3261 8.1.3.3)", {}, ["SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx"]],
        ["of another method on the same branch", { CSeq: "1 CANCEL" }, []],
        ["of another branch", { Via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKother" }, []],
    ])("%s: stray", (_what, headers, moreVia) => {
        const pair = new TransactionPair();
        const request = requestOf("OPTIONS", "z9hG4bKo");
        pair.ask(request);
        const response = composeResponse(changed(request, headers), { status: 200 });
        for (const via of moreVia) response.headers.add("Via", via);
        pair.client.layer.receiveResponse(response, pair.flow);
        expect(pair.client.told).toEqual([`stray ${titleOf(response)}`]);
        end(pair);
    });
});

describe("a request", () => {
    it("that comes again after its answer gets it again; an INVITE whose ACK came does not", () => {
        for (const method of ["INVITE", "OPTIONS"]) {
            const pair = answering(404);
            const request = requestOf(method);
            pair.ask(request);
            pair.clock.advance(10);
            const before = pair.network.log.length;
            pair.server.layer.receiveRequest(request, pair.server.transport.flowTo(pair.flow.local));
            const again = pair.network.log.slice(before).map(({ message }) => message);
            // The ACK has ended the INVITE's answers: its copy is only absorbed (17.2.1).
            expect(again.map(titleOf)).toEqual(method === "INVITE" ? [] : ["404 OPTIONS"]);
            expect(pair.server.counters.retransmissionsAbsorbed).toBe(1);
            expect(pair.server.told.filter((told) => told === method)).toHaveLength(1);
            end(pair);
        }
    });

    it("beyond the limit is refused statelessly, with a tag and a time to come again; copies of known ones are not", () => {
        const pair = answering(404, "udp", 2);
        const [first, second, third] = ["a", "b", "c"].map((name) =>
            changed(requestOf("OPTIONS", `z9hG4bK${name}`), { "Call-ID": name }),
        );
        for (const request of [first, second, third, first]) {
            if (request !== undefined) pair.server.layer.receiveRequest(request, pair.flow);
        }
        expect(pair.server.told).toEqual(["OPTIONS", "OPTIONS"]);
        const answers = pair.network.log.map(({ message }) => message);
        expect(answers.map(titleOf)).toEqual(["404 OPTIONS", "404 OPTIONS", "503 OPTIONS", "404 OPTIONS"]);
        expect(answers[2]?.headers.get("To")).toMatch(/;tag=[0-9a-f]{16}$/);
        expect(Number(answers[2]?.headers.get("Retry-After"))).toBeGreaterThanOrEqual(5);
        expect(pair.server.counters.overloadRefusals).toBe(1);
        end(pair);
    });

    it("that comes by two ways is merged as long as the first is served, and not one within a dialog", () => {
        const pair = new TransactionPair();
        const merged: boolean[] = [];
        pair.server.onRequest = (transaction) => merged.push(pair.server.layer.isMerged(transaction));
        const receive = (branch: string, headers: Readonly<Record<string, string>> = {}): void => {
            pair.server.layer.receiveRequest(changed(requestOf("OPTIONS", branch), headers), pair.flow);
        };
        receive("z9hG4bK1");
        receive("z9hG4bK2");
        receive("z9hG4bK3", { CSeq: "2 OPTIONS" });
        receive("z9hG4bK4", { From: "<sip:a@192.0.2.1>;tag=other" });
        receive("z9hG4bK5", { To: "<sip:b@192.0.2.2>;tag=b", "Call-ID": "dialog" });
        receive("z9hG4bK6", { To: "<sip:b@192.0.2.2>;tag=b", "Call-ID": "dialog" });
        expect(merged).toEqual([false, true, false, false, false, false]);
        expect(pair.server.layer.mergeable).toBe(3);
        end(pair);
        receive("z9hG4bK7");
        expect(merged.at(-1)).toBe(false);
        end(pair);
    });

    it("stays merged when the later copy ends before the first", () => {
        const pair = new TransactionPair("tcp");
        const merged: boolean[] = [];
        pair.server.onRequest = (transaction) => {
            merged.push(pair.server.layer.isMerged(transaction));
            if (merged.length === 2) transaction.respond(composeResponse(transaction.request, { status: 482 }));
        };
        for (const branch of ["z9hG4bK1", "z9hG4bK2", "z9hG4bK3"]) {
            pair.server.layer.receiveRequest(requestOf("OPTIONS", branch), pair.flow);
        }
        expect(merged).toEqual([false, true, true]);
        end(pair);
    });
});

describe("a CANCEL", () => {
    it.each([
        ["finds the INVITE of its branch", "z9hG4bKi", "CANCEL"],
        ["finds nothing by another branch", "z9hG4bKj", "CANCEL of nothing"],
    ])("%s", (_what, branch, told) => {
        const pair = answering(180);
        pair.ask(requestOf("INVITE", "z9hG4bKi"));
        pair.clock.advance(10);
        pair.ask(requestOf("CANCEL", branch));
        pair.clock.advance(10);
        expect(pair.server.told).toEqual(["INVITE", told]);
    });

    it("is a copy of nothing", () => {
        const pair = new TransactionPair();
        pair.server.layer.receiveRequest(requestOf("CANCEL"), pair.flow);
        expect(pair.server.layer.mergeable).toBe(0);
        end(pair);
    });
});

describe("over a connection", () => {
    it.each(["INVITE", "OPTIONS"])("an %s fails once when the connection is lost", (method) => {
        const pair = new TransactionPair("tcp");
        const asked = pair.ask(requestOf(method));
        pair.clock.advance(10);
        pair.flow.close();
        expect(pair.client.told.filter((told) => !told.startsWith("1"))).toEqual(["failure", "over"]);
        expect(asked.over).toBe(true);
        expect(pair.client.layer.size).toBe(0);
    });

    it.each(["INVITE", "OPTIONS"])("an %s fails when it cannot be sent", async (method) => {
        const pair = new TransactionPair("tcp");
        const { flow } = pair;
        const broken = { ...flow, send: () => Promise.reject(new Error("no")), onClose: () => () => undefined };
        const told: string[] = [];
        const user = {
            onResponse: () => told.push("response"),
            onTimeout: () => told.push("timeout"),
            onTransportFailure: () => told.push("failure"),
            onExpired: () => told.push("expired"),
            onOver: () => told.push("over"),
        };
        const { layer } = pair.client;
        if (method === "INVITE") layer.startInvite(requestOf(method), broken, user);
        else layer.startRequest(requestOf(method), broken, user);
        await Promise.resolve();
        await Promise.resolve();
        expect(told).toEqual(["failure", "over"]);
        expect(pair.left).toEqual([0, 0, 0, 0]);
    });

    it.each(["INVITE", "OPTIONS"])("an %s that is over listens to its connection no more", (method) => {
        const pair = answering(404, "tcp");
        let listeners = 0;
        const { flow } = pair;
        const onClose = flow.onClose.bind(flow);
        flow.onClose = (listener) => {
            listeners += 1;
            const ignore = onClose(listener);
            return () => {
                listeners -= 1;
                ignore();
            };
        };
        pair.ask(requestOf(method));
        expect(listeners).toBe(1);
        end(pair);
        expect(listeners).toBe(0);
    });
});

describe("the end", () => {
    it("is reported once to each user, and leaves nothing, when all is aborted", () => {
        const pair = new TransactionPair();
        pair.ask(requestOf("INVITE", "z9hG4bKi"));
        pair.ask(requestOf("OPTIONS", "z9hG4bKo"));
        pair.clock.advance(10);
        for (const { layer } of [pair.client, pair.server, pair.client]) layer.abortAll();
        expect(pair.left).toEqual([0, 0, 0, 0]);
        expect(pair.client.told).toEqual(["100 INVITE", "over", "over"]);
        expect(pair.server.told).toEqual(["INVITE", "OPTIONS", "over", "over unanswered"]);
    });

    it("of a request that got only a 100 is reported as unanswered, and a timeout is counted", () => {
        const pair = new TransactionPair();
        pair.ask(requestOf("OPTIONS"));
        end(pair);
        expect(pair.server.told).toEqual(["OPTIONS", "over unanswered"]);
        expect(pair.client.told.at(-2)).toBe("timeout");
        expect(titles(pair)).toContain("<100 OPTIONS");
        expect(pair.client.counters.timeouts).toBe(1);
    });

    it("of an INVITE without response comes after seven attempts, and a timeout is counted", () => {
        const pair = new TransactionPair();
        pair.network.weather = () => [];
        pair.ask(requestOf("INVITE"));
        end(pair);
        expect(titles(pair)).toEqual(Array.from({ length: 7 }, () => ">INVITE"));
        expect(pair.client.told).toEqual(["timeout", "over"]);
        expect(pair.client.counters).toMatchObject({ timeouts: 1, requestsSent: 1, retransmissionsSent: 6 });
    });
});
