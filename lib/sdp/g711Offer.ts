import type { Sdp } from "../call/vocabulary.ts";

/** An offer of G.711 over plain RTP, for an endpoint at this address. */
export function g711Offer(address: string, family: "IP4" | "IP6", port: number): Sdp {
    const lines = [
        "v=0",
        `o=- 1 1 IN ${family} ${address}`,
        "s=-",
        `c=IN ${family} ${address}`,
        "t=0 0",
        `m=audio ${port} RTP/AVP 8 0`,
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=ptime:20",
        "a=sendrecv",
    ];
    return `${lines.join("\r\n")}\r\n` as Sdp;
}
