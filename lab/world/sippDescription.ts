/** The end of a message without a description. */
export const noDescription = "Content-Length: 0";

/** The end of a message with the phone's description, in a scenario's words. */
export const description = [
    "Content-Type: application/sdp",
    "Content-Length: [len]",
    "",
    "v=0",
    "o=phone 53655765 1 IN IP[media_ip_type] [media_ip]",
    "s=-",
    "c=IN IP[media_ip_type] [media_ip]",
    "t=0 0",
    "m=audio [rtp_port] RTP/AVP 0 101",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-15",
    "a=ptime:20",
    "a=sendrecv",
].join("\n");

/** The same of a phone without RTP events (RFC 4733). */
export function withoutEvents(text: string): string {
    return text.replace("AVP 0 101", "AVP 0").replace(/^a=(?:rtpmap|fmtp):101.*\n/gm, "");
}
