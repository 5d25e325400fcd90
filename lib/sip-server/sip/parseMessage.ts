import type { SipMessage, SipRequest } from "./SipMessage.ts";

/** Limits of one message. What exceeds them is not parsed any further. */
export interface MessageLimits {
    /** Bytes of start line and headers together. */
    readonly headerBytes: number;
    /** Header lines, after unfolding. */
    readonly headerLines: number;
    /** Bytes of the body. */
    readonly bodyBytes: number;
}

export const defaultMessageLimits: MessageLimits = { headerBytes: 65_536, headerLines: 256, bodyBytes: 262_144 };

/** How a request that cannot be used is answered, where RFC 3261 8.2 and 16.3 allow an answer at all. */
export interface Refusal {
    /** 400 Bad Request, 413 Request Entity Too Large, 505 Version Not Supported. */
    readonly status: 400 | 413 | 505;
    /** The reason phrase to send: it names what is wrong. */
    readonly reason: string;
    /** What could be read: Via, From, To, Call-ID and CSeq are good enough to build a response from; nothing else is promised. */
    readonly request: SipRequest;
}

export type ParseResult =
    | {
          readonly ok: true;
          readonly message: SipMessage;
          /** Optional header lines that were left out because they were broken (RFC 4475 3.1.1.11): counted, never fatal. */
          readonly ignoredHeaders: readonly string[];
      }
    | {
          readonly ok: false;
          /** A short constant text for logs and counters, free of what the peer sent. */
          readonly reason: string;
          /** Absent for responses, ACK, and whatever cannot be answered: that is dropped. */
          readonly refusal?: Refusal;
      };

/**
 * Reads one whole message: a datagram, a WebSocket message, or what stream framing cut out. Never throws, takes time
 * linear in the length. A `message` that comes out has well-formed Via (all), From, To, Call-ID and CSeq, a method that
 * agrees with CSeq, and a body of Content-Length bytes.
 */
export declare function parseMessage(data: Buffer, limits?: MessageLimits): ParseResult;
