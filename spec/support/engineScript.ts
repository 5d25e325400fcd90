import { phone } from "./descriptions.ts";
import type { NgScript } from "./ScriptedNg.ts";

/** An engine that takes every call, and has heard `packets` from each side. */
export function engine(packets: () => number = () => 0): NgScript {
    const heard = (): unknown => ({ medias: [{ streams: [{ stats: { packets: packets() } }] }] });
    const towardsBrowser = phone({
        protocol: "UDP/TLS/RTP/SAVPF",
        payloads: "0",
        more: [
            "a=mid:0",
            "a=rtcp-mux",
            "a=setup:passive",
            "a=fingerprint:sha-256 AB:CD",
            "a=ice-ufrag:Uf",
            "a=ice-pwd:Pw",
            "a=candidate:1 1 UDP 1 192.0.2.1 30000 typ host",
        ],
    });
    return (body) => {
        switch (body["command"]) {
            case "ping":
                return { result: "pong" };
            case "query":
                return { result: "ok", tags: { origin: heard(), target: heard() } };
            case "offer":
            case "answer":
                return { result: "ok", sdp: body["ICE"] === "force" ? towardsBrowser : phone({ port: 30_000 }) };
            default:
                return { result: "ok" };
        }
    };
}
