import { deepStrictEqual, ok } from "node:assert/strict";
import { createRequire } from "node:module";
import { isIP } from "node:net";
import { parseMessage } from "../../lib/sip-server/sip/parseMessage.ts";
import type { SipMessage, SipRequest } from "../../lib/sip-server/sip/SipMessage.ts";
import { cseqMethod, fromTag, toTag } from "../../lib/sip-server/transaction/matching.ts";

/** Decodes frames as applications do. */
const SrfMessage = createRequire(import.meta.url)("drachtio-srf/lib/sip-parser/message") as new (text: string) => {
    readonly method?: string;
    readonly status?: number;
    get(name: string): string | undefined;
    getParsedHeader(name: string): { readonly method?: string };
};

/** What an application was told: the ids it can answer with, and whether a 2xx waits for its ACK. */
export interface Told {
    readonly transactionId: string;
    readonly dialogId: string;
    readonly message: SipMessage;
}

/** Reads the frames to one application as drachtio-srf does, by the places of their tokens, and throws if one is not as agreed. */
export class FrameOracle {
    /** Answers to orders so far: there must be one for each. */
    answers = 0;
    /** The application's requests by their transactions. */
    readonly #sent = new Map<string, SipRequest>();

    readonly #finals = new Set<string>();

    /** Each request has got its final response; for ACK there is none, and that to a CANCEL is for the server. */
    expectAllAnswered(): void {
        for (const [transactionId, message] of this.#sent) {
            const { method } = message;
            if (method === "ACK" || method === "CANCEL") continue;
            ok(this.#finals.has(transactionId), `no final response to ${method}`);
        }
    }

    /** What the frame tells, if it brings a message of the network. */
    take(frame: Buffer): Told | undefined {
        const hash = frame.indexOf("#");
        ok(hash > 0 && Number(frame.toString("utf8", 0, hash)) === frame.length - hash - 1, "bad frame length");
        const lineEnd = frame.indexOf("\r\n", hash);
        const line = frame.toString("utf8", hash + 1, lineEnd < 0 ? frame.length : lineEnd);
        const tokens = line.split("|");
        const isAnswer = tokens[1] === "response";
        if (isAnswer) this.answers += 1;
        if (lineEnd < 0) {
            ok(isAnswer && tokens[3] === "NOK" && tokens.length === 5, `neither message nor refusal: ${line}`);
            return undefined;
        }
        const read = parseMessage(frame.subarray(lineEnd + 2));
        ok(read.ok, `an application cannot read: ${read.ok ? "" : read.reason}`);
        expectSrfReads(frame.toString("utf8", lineEnd + 2), read.message);
        const size = frame.length - lineEnd - 2;
        if (isAnswer) {
            this.#checkAnswer(tokens, size, read.message);
            return undefined;
        }
        ok(tokens[1] === "sip", `neither answer nor message: ${line}`);
        expectMeta(tokens.slice(2, 8), size);
        return this.#checkMessage(tokens, read.message);
    }

    /** Requests are answered with 13 tokens, responses with 15, the dialog and an empty one before the words. */
    #checkAnswer(tokens: readonly string[], size: number, message: SipMessage): void {
        const line = tokens.join("|");
        ok(tokens[3] === "OK", `neither OK nor NOK: ${line}`);
        expectMeta(tokens.slice(4, 10), size);
        ok(isUuid(tokens[10]), `no transaction id: ${line}`);
        if (message.kind === "request") {
            ok(tokens.length === 13 && tokens[11] === "Msg sent:", `not the answer to a request: ${line}`);
            this.#sent.set(tokens[10] ?? "", message);
        } else {
            ok(tokens.length === 15 && tokens[12] === "", `not the answer to a response: ${line}`);
            ok(tokens[11] === "" || isDialogOf(tokens[11], message), `the dialog of another: ${line}`);
        }
    }

    #checkMessage(tokens: readonly string[], message: SipMessage): Told {
        const line = tokens.join("|");
        const [transactionId = "", dialogId = "", ...more] = tokens.slice(8);
        ok(isUuid(transactionId) || (transactionId === "unsolicited" && isBye(message)), `no transaction id: ${line}`);
        // A response belongs to its request by the branch (17.1.3), whatever else its sender made of it.
        const subject = message.kind === "response" ? this.#sent.get(transactionId) : message;
        ok(subject !== undefined, `a response before its OK: ${line}`);
        ok(dialogId === "" || isDialogOf(dialogId, subject), `the dialog of another: ${line}`);
        const isNew = more.length === 3 && isIP(more[0] ?? "") !== 0 && Number(more[1]) > 0;
        ok(isNew ? dialogId === "" : more.length === 1, `ids at the wrong places: ${line}`);
        if (message.kind === "response" && message.status >= 200) {
            ok(!this.#finals.has(transactionId), `a second final response: ${line}`);
            this.#finals.add(transactionId);
        }
        return { transactionId, dialogId, message };
    }
}

/** drachtio-srf loses what it cannot read without a word, and takes calls and transactions apart by these. */
function expectSrfReads(text: string, message: SipMessage): void {
    const read = new SrfMessage(text);
    if (message.kind === "request") deepStrictEqual(read.method, message.method, "another method");
    else deepStrictEqual(read.status, message.status, "another status");
    deepStrictEqual(read.get("call-id"), message.headers.get("Call-ID"), "another Call-ID");
    deepStrictEqual(read.getParsedHeader("cseq").method, cseqMethod(message), "another method in CSeq");
    for (const name of ["from", "to"]) read.getParsedHeader(name);
}

/** Source, bytes, protocol, address, port, time. */
function expectMeta([source, bytes, protocol, address, port, time]: readonly string[], size: number): void {
    ok(source === "network" || source === "application", "no source");
    ok(Number(bytes) === size && protocol === "udp", "not this message");
    // What the server says in the place of a peer it did not find comes from port 0.
    ok(isIP(address ?? "") !== 0 && Number(port) >= 0 && port !== "", `no address: ${address}:${port}`);
    ok(time?.length === "00:00:00.000000".length, `no time: ${time}`);
}

function isUuid(text: string | undefined): boolean {
    return text?.length === 36 && text.split("-").length === 5;
}

function isBye(message: SipMessage): boolean {
    return message.kind === "request" && message.method === "BYE";
}

/** The caller's tag is that of From in one direction, that of To in the other. */
function isDialogOf(dialogId: string | undefined, message: SipMessage): boolean {
    const callId = message.headers.get("Call-ID") ?? "";
    return [fromTag(message), toTag(message)].some((tag) => dialogId === `${callId};from-tag=${tag ?? ""}`);
}
