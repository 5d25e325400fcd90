import * as sdpTransform from "sdp-transform";

/**
 * A browser's audio answer to an offer, with the offer's mid and payload type. No process listens at its address: the
 * bridge's signalling is measured, not sound.
 */
export function webrtcAnswerTo(offerSdp: string): string {
    const offer = sdpTransform.parse(offerSdp);
    const [audio] = offer.media;
    if (audio === undefined) throw new Error("an offer without media");
    const codec = audio.rtp[0];
    const payload = codec?.payload ?? 0;
    return [
        "v=0",
        "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        `a=group:BUNDLE ${audio.mid ?? "0"}`,
        "a=msid-semantic: WMS stream",
        `m=audio 9 UDP/TLS/RTP/SAVPF ${payload}`,
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host generation 0",
        "a=ice-ufrag:bNch",
        "a=ice-pwd:dGhpc2lzbm90YXNlY3JldGE=",
        "a=fingerprint:sha-256 AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89",
        "a=setup:active",
        `a=mid:${audio.mid ?? "0"}`,
        "a=sendrecv",
        "a=msid:stream track",
        "a=rtcp-mux",
        `a=rtpmap:${payload} ${codec?.codec ?? "PCMU"}/${codec?.rate ?? 8000}`,
        "",
    ].join("\r\n");
}
