import { randomUUID } from "node:crypto";
import type { CallRecord } from "../engine/CallRecord.ts";
import type { MessageMeta } from "../engine/MessageMeta.ts";
import type {
    IncomingCancel,
    IncomingRequest,
    IncomingResponse,
    SentRequest,
    SentResponse,
    UnsolicitedBye,
} from "../engine/SipEngine.ts";
import { repairAddresses } from "../sip/repairAddresses.ts";
import { serializeMessage } from "../sip/serializeMessage.ts";
import type { SipMessage } from "../sip/SipMessage.ts";
import { encodeFrame } from "./framing.ts";
import { composeNotice, type NoticeEvent } from "./serverNotice.ts";
import { withTextBody } from "./textBody.ts";

/**
 * Messages of the server to applications, as frames. Each begins with a fresh message id, which applications never answer.
 * `at` is the time in the frame; `replyTo` the id of the frame that is answered.
 */

export function encodeOk(replyTo: string, ...tokens: readonly string[]): Buffer {
    return encodeFrame(reply(replyTo, "OK", ...tokens));
}

/** The request failed; the connection is kept. */
export function encodeNok(replyTo: string, text: string): Buffer {
    return encodeFrame(reply(replyTo, "NOK", oneToken(text)));
}

/** The application broke the protocol; the connection is closed after this. */
export function encodeNo(replyTo: string, text: string): Buffer {
    return encodeFrame(reply(replyTo, "NO", oneToken(text)));
}

/** For requests of the application the address is our own end. */
export function encodeRequestSent(replyTo: string, sent: SentRequest, at: Date): Buffer {
    const message = serializeMessage(sent.message);
    const meta = metaTokens(sent.meta, message, sent.meta.localAddress, sent.meta.localPort, at);
    return encodeFrame(reply(replyTo, "OK", meta, sent.transactionId, "Msg sent:", ""), message);
}

/** Has the dialog, and an empty token after it, which drachtio-srf compares with `continue`. */
export function encodeResponseSent(replyTo: string, sent: SentResponse, at: Date): Buffer {
    const message = serializeMessage(sent.message);
    const meta = remoteMeta(sent.meta, message, at);
    const tokens = [meta, sent.transactionId, sent.dialogId ?? "", "", "Msg sent:", ""];
    return encodeFrame(reply(replyTo, "OK", ...tokens), message);
}

export function encodeIncomingRequest(request: IncomingRequest, at: Date): Buffer {
    const { dialogId, meta } = request;
    const receivedOn = dialogId === undefined ? `${meta.localAddress}|${meta.localPort}|` : "";
    return sip({ ...request, dialogId: dialogId ?? "" }, at, receivedOn);
}

export function encodeIncomingResponse(response: IncomingResponse, at: Date): Buffer {
    return sip({ ...response, dialogId: response.dialogId ?? "" }, at);
}

/** Applications find the INVITE by its Call-ID. */
export function encodeCancel(cancel: IncomingCancel, at: Date): Buffer {
    return sip({ ...cancel, dialogId: "" }, at);
}

/** `unsolicited` in the place of a transaction id: nothing is to be answered. */
export function encodeUnsolicitedBye(bye: UnsolicitedBye, at: Date): Buffer {
    return sip({ ...bye, transactionId: "unsolicited" }, at);
}

/** A notice of the server: {@link composeNotice}. */
export function encodeNotice(event: NoticeEvent, body: unknown, at: Date): Buffer {
    const message = composeNotice(event, body);
    return sip({ transactionId: "unsolicited", dialogId: "", message, meta: noticeMeta }, at);
}

const noticeMeta: MessageMeta = {
    source: "application",
    protocol: "udp",
    remoteAddress: "127.0.0.1",
    remotePort: 0,
    localAddress: "127.0.0.1",
    localPort: 0,
};

export function encodeCallRecord(record: CallRecord, at: Date): Buffer {
    const head = `${randomUUID()}|cdr:${record.kind}|${record.meta.source}|${timeOfDay(at)}`;
    const message = serializeMessage(record.message);
    switch (record.kind) {
        case "attempt":
            return encodeFrame(head, message);
        case "start":
            return encodeFrame(`${head}|${record.role}`, message);
        case "stop":
            return encodeFrame(`${head}|${record.end}`, message);
    }
}

function reply(replyTo: string, ...tokens: readonly string[]): string {
    return `${randomUUID()}|response|${replyTo}|${tokens.join("|")}`;
}

type SipEvent = {
    readonly transactionId: string;
    readonly dialogId: string;
    readonly message: SipMessage;
    readonly meta: MessageMeta;
};

function sip({ transactionId, dialogId, message, meta }: SipEvent, at: Date, lastTokens = ""): Buffer {
    const bytes = serializeMessage(withTextBody({ ...message, headers: repairAddresses(message.headers) }));
    const tokens = `${remoteMeta(meta, bytes, at)}|${transactionId}|${dialogId}|${lastTokens}`;
    return encodeFrame(`${randomUUID()}|sip|${tokens}`, bytes);
}

function remoteMeta(meta: MessageMeta, message: Buffer, at: Date): string {
    return metaTokens(meta, message, meta.remoteAddress, meta.remotePort, at);
}

function metaTokens(meta: MessageMeta, message: Buffer, address: string, port: number, at: Date): string {
    return `${meta.source}|${message.length}|${meta.protocol}|${address}|${port}|${timeOfDay(at)}`;
}

/** UTC, with microseconds to the letter although the clock has milliseconds. */
function timeOfDay(at: Date): string {
    return `${at.toISOString().slice(11, 23)}000`;
}

/** Texts may quote what an application sent: it must not make tokens or lines of its own. */
function oneToken(text: string): string {
    return text.replace(/[|\r\n]/g, " ");
}
