import type { Sdp } from "../call/vocabulary.ts";

/**
 * One half of a call as plain data, from which the adapter of its network makes the leg again after a restart of the bridge.
 * Written by `CallLeg.snapshot`. Times are wall times in ms.
 */
export type LegRecord = PartyRecord | LinkLegRecord;

/** A leg with a party. */
export type PartyRecord = SipLegRecord | MatrixLegRecord;

/** A leg by which another call has taken the place of a party. The desk makes it again. */
export interface LinkLegRecord {
    readonly network: "link";
    readonly phase: "linked";
    /** The same for the legs of both calls. */
    readonly link: string;
    /** Which of the two legs it is. */
    readonly end: LinkEnd;
}

export type LinkEnd = 0 | 1;

export type SipLegRecord = SipInviteRecord | SipDialogRecord;

/**
 * A SIP leg before its answer. It can be ended by the ID of its transaction at the SIP server, or by another server with the
 * copy. It cannot do anything else after a restart, because drachtio-srf passes the responses to an INVITE, and its CANCEL, only
 * to the process that sent or received the INVITE. No call needs more: the desk ends those that were not connected.
 */
export type SipInviteRecord = SipInviteReceivedRecord | SipInviteSentRecord;

interface SipInvitePlace {
    readonly network: "sip";
    /** Name of the peer, trunk or account. */
    readonly peer: string;
    readonly transactionId: string;
    /** Headers that every message of the call carries. */
    readonly headers: Readonly<Record<string, string>>;
}

export interface SipInviteReceivedRecord extends SipInvitePlace {
    readonly phase: "inviteReceived";
    readonly copy: InviteCopy;
}

export interface SipInviteSentRecord extends SipInvitePlace {
    readonly phase: "inviteSent";
    readonly copy: SentInviteCopy;
}

/** The headers of an INVITE without a final response that its response and CANCEL repeat (RFC 3261, sections 8.2.6.2 and 9.1). */
export interface InviteCopy {
    /** Joined by commas. */
    readonly via: string;
    readonly from: string;
    /** With the tag of the bridge, if the bridge has responded. */
    readonly to: string;
    readonly callId: string;
    readonly cseq: number;
}

/** What the CANCEL of another SIP server needs. */
export interface SentInviteCopy extends InviteCopy {
    readonly uri: string;
    /** Where the INVITE was sent, a SIP URI. */
    readonly nextHop: string;
    /** Route headers, nearest first. */
    readonly route: readonly string[];
    /** The dialog of the last provisional response: a server that cannot send the CANCEL ends it by BYE (RFC 3261, section 15). */
    readonly early?: DialogCopy | undefined;
}

/** A SIP leg in a dialog. */
export interface SipDialogRecord {
    readonly network: "sip";
    readonly phase: "connected";
    readonly peer: string;
    /** Which party placed the call: who waits longer after a 491 depends on it. */
    readonly role: "caller" | "callee";
    readonly dialogId: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly local: Sdp;
    readonly remote?: Sdp | undefined;
    /** Whether the peer has acknowledged the last 2xx, and whether its answer comes with the ACK. */
    readonly ack: "received" | "awaited" | "awaitedWithSdp";
    /** Session-Expires for a re-INVITE, if there is a session timer. */
    readonly timer: Readonly<Record<string, string>>;
    /** The duty to refresh the session, if the bridge has it. */
    readonly duty?: { readonly seconds: number; readonly method: "UPDATE" | "INVITE" } | undefined;
    /** Whether the credentials of the peer may be sent: not to the target of a redirect. */
    readonly credentials: "allowed" | "withheld";
    /** A request of the peer within the dialog that has no final response. */
    readonly openTransactionId?: string | undefined;
    /** The Event header of the NOTIFYs to a peer that waits for the result of its transfer (RFC 3515). */
    readonly openTransferEvent?: string | undefined;
    /** How the peer is configured to send and receive DTMF digits. */
    readonly dtmf?: "auto" | "rtp" | "info" | undefined;
    /** The methods that the peer accepts. */
    readonly allow?: string | undefined;
    /** Where the peer asks for transfers; absent if it cannot. */
    readonly transferor?: TransferorRecord | undefined;
    readonly copy: DialogCopy;
}

/** What determines the rights of a peer to transfer calls, together with the configuration of the same name. */
export interface TransferorRecord {
    /** Which part of the configuration has the name. */
    readonly kind: "peer" | "account";
    /** The IP address that the call came from, or at which a phone was called; absent for a trunk that was called. */
    readonly address?: string | undefined;
    /** The host by which a phone names the bridge. */
    readonly host?: string | undefined;
}

/** What a BYE of another SIP server needs (RFC 3261, section 12.2.1.1), if the one that has the dialog is lost. */
export interface DialogCopy {
    readonly callId: string;
    /** From and To of the bridge's requests, with their tags. */
    readonly local: string;
    readonly remote: string;
    /** Request-URI: the peer's Contact. */
    readonly target: string;
    /** Route headers, nearest first. */
    readonly route: readonly string[];
    /** The last CSeq of the bridge that is known. */
    readonly cseq: number;
}

export type MatrixLegRecord = MatrixCallerRecord | MatrixCalleeRecord;

interface MatrixPlace {
    readonly network: "matrix";
    readonly room: string;
    readonly ghost: string;
    readonly user: string;
    readonly matrixCallId: string;
    readonly version: 0 | 1;
    /** The bridge's party ID. */
    readonly partyId: string;
    /** Number of m.call.negotiate events sent so far: their transaction IDs are counted. */
    readonly negotiations: number;
}

/** The leg of a Matrix user who called. */
export interface MatrixCallerRecord extends MatrixPlace {
    readonly role: "caller";
    /** `answering`: m.call.answer may have been sent. */
    readonly phase: "calling" | "answering" | "accepted";
    /** The party ID of the caller's device; absent in version 0. */
    readonly peerPartyId?: string | undefined;
}

/** The leg of a Matrix user who is called. */
export interface MatrixCalleeRecord extends MatrixPlace {
    readonly role: "callee";
    readonly phase: "ringing" | "answered";
    /** The device that answered. */
    readonly peer?: { readonly version: 0 | 1; readonly partyId?: string | undefined } | undefined;
}
