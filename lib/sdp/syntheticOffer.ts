import type { Sdp } from "../call/vocabulary.ts";

/**
 * The offer for a call whose caller leaves the offer to the callee (an INVITE without SDP): codecs that every phone has. The
 * address is one of RFC 5737 that leads nowhere, until the ACK brings the real one: 0.0.0.0 would be a call on hold
 * (RFC 3264, section 8.4).
 */
export const SYNTHETIC_OFFER: Sdp = [
    "v=0",
    "o=- 1 1 IN IP4 192.0.2.1",
    "s=-",
    "c=IN IP4 192.0.2.1",
    "t=0 0",
    "m=audio 9 RTP/AVP 9 8 0 101",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-15",
    "a=sendrecv",
    "",
].join("\r\n") as Sdp;
