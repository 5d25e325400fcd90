import { deepStrictEqual, ok } from "node:assert/strict";
import { parseNameAddr } from "../../lib/sip-server/sip/NameAddr.ts";
import { parseMessage, type ParseResult } from "../../lib/sip-server/sip/parseMessage.ts";
import { responseTo } from "../../lib/sip-server/sip/responseTo.ts";
import { serializeMessage } from "../../lib/sip-server/sip/serializeMessage.ts";
import { formatUri, parseUri } from "../../lib/sip-server/sip/SipUri.ts";
import type { SipMessage } from "../../lib/sip-server/sip/SipMessage.ts";
import { type Framed, StreamFraming } from "../../lib/sip-server/transport/StreamFraming.ts";
import type { FuzzTarget } from "./FuzzTarget.ts";
import type { Random } from "./Random.ts";
import { makeMessage, mutate } from "./sipGrammar.ts";

/** Generous for a loaded machine, and still far below what a quadratic scan of the largest message would take. */
const millisecondsPerKibibyte = 20;
/** By which readers of two would tell two messages apart. */
const singular = ["From", "To", "Call-ID", "CSeq", "Content-Length"];
const limits = { headerBytes: 4_096, headerLines: 40, bodyBytes: 1_000 };

/** One datagram: it is read or not, but nothing throws, and what was read can be written and is then read the same. */
const datagram: FuzzTarget = {
    name: "datagram",
    run(random) {
        const data = mutate(random, makeMessage(random));
        checkTime(data);
        const result = parseMessage(data);
        checkResult(result);
    },
};

/** A datagram as the grammar has it: it is accepted, however oddly it is written. */
const grammar: FuzzTarget = {
    name: "grammar",
    run(random) {
        const data = makeMessage(random.withSlips(0));
        const result = parseMessage(data);
        ok(result.ok, `${result.ok ? "" : result.reason}: ${data.toString()}`);
        checkResult(result);
    },
};

/** A stream: however it is chopped up, the same comes out of it. */
const stream: FuzzTarget = {
    name: "stream",
    run(random) {
        const messages = random.times(4, () => {
            const message = makeMessage(random);
            return random.chance(0.3) ? mutate(random, message) : message;
        });
        const data = Buffer.concat(messages.flatMap((message) => [message, lineEnds(random)]));
        const whole = new StreamFraming(limits).push(data);
        deepStrictEqual(summary(readInChunks(data, random)), summary(whole));
        for (const framed of whole) if (framed.kind === "message") checkResult(framed.result);
    },
};

/** What stands in headers, taken apart by the typed views. */
const views: FuzzTarget = {
    name: "views",
    run(random) {
        const text = mutate(random, makeMessage(random)).toString().replaceAll("\r\n", " ");
        const at = random.below(text.length);
        const part = text.slice(at, at + random.below(80));
        const uri = parseUri(part);
        if (uri !== undefined) deepStrictEqual(parseUri(formatUri(uri)), uri);
        parseNameAddr(part);
    },
};

export const wireTargets: readonly FuzzTarget[] = [datagram, grammar, stream, views];

/** One slow run can be caused by another process; three slow runs count as a failure. */
function checkTime(data: Buffer): void {
    const allowed = 20 + (millisecondsPerKibibyte * data.length) / 1_024;
    const tooSlow = (): boolean => {
        const startedAt = performance.now();
        parseMessage(data);
        return performance.now() - startedAt > allowed;
    };
    ok(!(tooSlow() && tooSlow() && tooSlow()), `takes more than ${allowed} ms for ${data.length} bytes`);
}

function checkResult(result: ParseResult): void {
    if (result.ok) {
        const written = serializeMessage(result.message);
        checkLines(written);
        for (const name of singular) ok(result.message.headers.all(name).length < 2, `several ${name} were accepted`);
        const again = parseMessage(written);
        ok(again.ok, "what was written cannot be read");
        deepStrictEqual(content(again.message), content(result.message));
        if (result.message.kind === "request") serializeMessage(responseTo(result.message, 200, { toTag: "t" }));
    } else if (result.refusal !== undefined) {
        const { request, status, reason } = result.refusal;
        ok(request.method !== "ACK", "an ACK is never answered");
        serializeMessage(responseTo(request, status, { reason, toTag: "t" }));
    }
}

/** What ends a line for any reader ends it for all (RFC 3261 7): no CR or LF stands alone. */
function checkLines(written: Buffer): void {
    const head = written.toString("latin1", 0, written.indexOf("\r\n\r\n"));
    for (const line of head.split("\r\n")) ok(!line.includes("\r") && !line.includes("\n"), "a line end within a line");
}

/** All of a message except Content-Length, which is computed on writing. */
function content(message: SipMessage): unknown {
    const headers = [...message.headers].filter(({ name }) => name !== "Content-Length");
    return { ...message, headers: headers.map(({ name, value }) => [name, value]), body: message.body.toString("hex") };
}

function readInChunks(data: Buffer, random: Random): Framed[] {
    const framing = new StreamFraming(limits);
    const framed: Framed[] = [];
    for (let at = 0; at < data.length;) {
        const end = at + 1 + random.below(random.chance(0.5) ? 5 : 500);
        framed.push(...framing.push(data.subarray(at, end)));
        at = end;
    }
    return framed;
}

/** Without pings: they are counted once a chunk. */
function summary(framed: readonly Framed[]): unknown[] {
    return framed.flatMap((one) => {
        if (one.kind === "ping") return [];
        if (one.kind === "fault") return [one.reason];
        return [one.result.ok ? content(one.result.message) : one.result.reason];
    });
}

function lineEnds(random: Random): Buffer {
    return Buffer.from("\r\n".repeat(random.chance(0.2) ? random.below(4) : 0));
}
