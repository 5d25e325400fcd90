import { responseTo } from "../../lib/sip-server/sip/responseTo.ts";
import { serializeMessage } from "../../lib/sip-server/sip/serializeMessage.ts";
import type { SipMessage } from "../../lib/sip-server/sip/SipMessage.ts";
import { toTag } from "../../lib/sip-server/transaction/matching.ts";
import type { Told } from "./FrameOracle.ts";
import type { Random } from "./Random.ts";

type Methods = readonly [string, ...string[]];
const opening: Methods = ["INVITE", "INVITE", "INVITE", "SUBSCRIBE", "REFER", "MESSAGE", "REGISTER", "OPTIONS"];
const within: Methods = ["ACK", "ACK", "BYE", "PRACK", "CANCEL", "UPDATE", "INVITE", "INFO", "NOTIFY", "REFER"];

/** Headers that change what a request or response means for calls, right and wrong. */
const meaningful = [
    "Require: 100rel",
    "Supported: 100rel, timer",
    "Allow: INVITE, ACK, BYE, UPDATE, PRACK",
    "RSeq: 1",
    "RSeq: 2",
    "RSeq: 99999999999",
    "RAck: 1 1 INVITE",
    "RAck: 2 x",
    "Session-Expires: 90;refresher=uas",
    "Session-Expires: 91;refresher=uac",
    "Session-Expires: 1",
    "Session-Expires: x",
    "Min-SE: 4000",
    "Contact: <sip:p@192.0.2.1:5064>",
    "Contact: <sip:p@nowhere.invalid>",
    "Contact: *",
    "Record-Route: <sip:192.0.2.1;lr>, <sip:192.0.2.1:5062>",
    "Record-Route: <sip:nowhere.example;lr>",
    "Event: presence;id=1",
    "Event: refer",
    "Subscription-State: active;expires=60",
    "Subscription-State: terminated;reason=gone",
    "Refer-To: <sip:c@192.0.2.1>",
    "Expires: 0",
    "Expires: 4294967295",
    "Max-Forwards: 0",
    "Reason: SIP;cause=487",
    "Content-Type: application/sdp",
    "Authorization: Digest x",
    "Timestamp: 1.5",
] as const;
const statuses = [100, 180, 183, 200, 200, 200, 202, 302, 401, 407, 408, 422, 481, 486, 487, 491, 503, 603] as const;

/** A peer that remembers what it said: it repeats itself, goes on with calls, and mixes them up. */
export class PeerScript {
    readonly #random: Random;
    #said: Buffer[] = [];
    #number = 0;
    /** How many of the server's messages are too old to have a transaction. */
    #stale = 0;

    constructor(random: Random) {
        this.#random = random;
    }

    /** A new request, one of a call, or one that was said before. */
    request(sent: readonly SipMessage[]): Buffer {
        const random = this.#random;
        const [before] = pickSome(random, this.#said);
        if (before !== undefined && random.chance(0.2)) return before;
        const [known] = pickSome(random, sent);
        const stale = known === undefined || sent.indexOf(known) < this.#stale;
        const data = known !== undefined && random.chance(0.7) ? this.#within(known, stale) : this.#opening();
        this.#said.push(data);
        return data;
    }

    /** A response to something the server asked. */
    answer(sent: readonly SipMessage[]): Buffer {
        const random = this.#random;
        const [asked] = pickSome(random, sent.filter((message) => message.kind === "request").slice(-6));
        if (asked?.kind !== "request") return this.request(sent);
        const response = responseTo(asked, random.pick(statuses), { toTag: random.pick(["p1", "p2", ""]) });
        const lines = [...extras(random), ...(random.chance(0.9) ? ["Contact: <sip:p@192.0.2.1>"] : [])];
        return withLines(serializeMessage(response), lines);
    }

    /** Nothing said so far is repeated any more, nor cancelled. */
    forget(sent: readonly SipMessage[]): void {
        this.#said = [];
        this.#stale = sent.length;
    }

    #opening(): Buffer {
        const method = this.#random.pick(opening);
        // What separates tokens in the frames to applications, where no token of SIP has it.
        const [bar, tagBar] = [1, 2].map(() => (this.#random.chance(0.02) ? "|" : ""));
        const callId = `c${bar ?? ""}${this.#fresh()}`;
        const names = { callId, from: `<sip:p@192.0.2.1>;tag=p1${tagBar ?? ""}`, to: "<sip:s@192.0.2.2>" };
        return this.#compose(method, "sip:s@192.0.2.2", names, 1 + this.#random.below(3));
    }

    /** In a dialog the server has shown that it knows: by its response to us, or its request. */
    #within(known: SipMessage, stale: boolean): Buffer {
        const random = this.#random;
        const method = random.pick(within);
        const { headers } = known;
        const [from, to] = known.kind === "response" ? (["From", "To"] as const) : (["To", "From"] as const);
        const names = {
            callId: headers.get("Call-ID") ?? "",
            from: tagged(headers.get(from) ?? "", known.kind === "request" && toTag(known) === undefined),
            to: random.chance(0.9) ? (headers.get(to) ?? "") : `<sip:s@192.0.2.2>;tag=${random.below(3)}`,
        };
        const via = !stale && random.chance(0.5) && known.kind === "response" ? headers.get("Via") : undefined;
        return this.#compose(method, "sip:192.0.2.2", names, 1 + random.below(4), via);
    }

    #compose(
        method: string,
        uri: string,
        names: { readonly callId: string; readonly from: string; readonly to: string },
        cseq: number,
        via = `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${this.#fresh()}`,
    ): Buffer {
        const random = this.#random;
        const body = random.chance(0.5) ? "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n" : "";
        const head = [
            `${method} ${uri} SIP/2.0`,
            // CANCEL and ACK are matched by the branch of their INVITE; the others need one of their own.
            `Via: ${method === "CANCEL" || method === "ACK" ? via : `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${this.#fresh()}`}`,
            `From: ${names.from}`,
            `To: ${names.to}`,
            `Call-ID: ${names.callId}`,
            `CSeq: ${cseq} ${method}`,
        ];
        const message = `${head.join("\r\n")}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
        const contact = random.chance(0.9) ? ["Contact: <sip:p@192.0.2.1>"] : [];
        return withLines(Buffer.from(message), [...contact, ...extras(random)]);
    }

    #fresh(): number {
        this.#number += 1;
        return this.#number;
    }
}

/** An order of the application: an answer to what it was told, or something of its own. */
export function appOrder(random: Random, told: readonly Told[]): Buffer {
    const [about] = pickSome(random, told.slice(-8));
    const tokens = (transactionId: string, dialogId: string): string => `m|sip|${transactionId}|${dialogId}`;
    const lines = (start: string): string => {
        const body = random.chance(0.5) ? "v=0\r\n" : "";
        return `\r\n${[start, ...extras(random)].join("\r\n")}\r\n\r\n${body}`;
    };
    if (about === undefined || random.chance(0.15)) {
        const uri = random.pick(["sip:p@192.0.2.1", "sip:p@peer.example", "sip:p@nowhere", "sips:x", "tel:1"]);
        return Buffer.from(`${tokens("", "")}${lines(`${random.pick(opening)} ${uri} SIP/2.0`)}`);
    }
    const { transactionId, dialogId, message } = about;
    if (message.kind === "request" && random.chance(0.7)) {
        const tag = random.chance(0.2) ? "\r\nTo: <sip:s@192.0.2.2>;tag=mine" : "";
        return Buffer.from(`${tokens(transactionId, "")}${lines(`SIP/2.0 ${random.pick(statuses)} x${tag}`)}`);
    }
    if (random.chance(0.2)) return Buffer.from(`${tokens(transactionId, "")}${lines("CANCEL sip:x SIP/2.0")}`);
    return Buffer.from(`${tokens("", dialogId)}${lines(`${random.pick(within)} sip:placeholder SIP/2.0`)}`);
}

function extras(random: Random): string[] {
    return random.times(3, () => random.pick(meaningful));
}

/** Header lines put in behind the first line. */
function withLines(message: Buffer, lines: readonly string[]): Buffer {
    const end = message.indexOf("\r\n") + 2;
    return Buffer.concat([
        message.subarray(0, end),
        ...lines.map((line) => Buffer.from(`${line}\r\n`)),
        message.subarray(end),
    ]);
}

function tagged(address: string, untagged: boolean): string {
    return untagged ? `${address};tag=p1` : address;
}

function pickSome<Item>(random: Random, items: readonly Item[]): Item[] {
    return items.slice(random.below(Math.max(1, items.length))).slice(0, 1);
}
