import type { CallEvent } from "../../../lib/call/CallEvent.ts";
import type { Sdp } from "../../../lib/call/vocabulary.ts";

export const sdp = (name: string): Sdp => `v=0 ${name}` as Sdp;

/** One of every shape a fact can have, both sides where it has one. A new kind must be added here: see the `satisfies`. */
const byKind = {
    mediaOffered: [{ kind: "mediaOffered", sdp: sdp("towards target") }],
    mediaAnswered: [{ kind: "mediaAnswered", sdp: sdp("towards origin") }],
    mediaRenegotiated: [{ kind: "mediaRenegotiated", sdp: sdp("renegotiated") }],
    renegotiationFailed: [{ kind: "renegotiationFailed", cause: "noCommonMedia" }],
    mediaFailed: [{ kind: "mediaFailed", cause: "mediaLost" }],
    targetRinging: [{ kind: "targetRinging" }],
    targetAnswered: [{ kind: "targetAnswered", sdp: sdp("answer") }],
    candidatesFound: [
        { kind: "candidatesFound", side: "origin", candidates: [{ candidate: "candidate:1" }] },
        { kind: "candidatesFound", side: "target", candidates: [{ candidate: "" }] },
    ],
    offerReceived: [
        { kind: "offerReceived", side: "origin", sdp: sdp("new offer of the origin") },
        { kind: "offerReceived", side: "target", sdp: sdp("new offer of the target") },
    ],
    legEnded: [
        { kind: "legEnded", side: "origin", cause: "cancelled" },
        { kind: "legEnded", side: "target", cause: "busy" },
    ],
    timerFired: [
        { kind: "timerFired", timer: "answer" },
        { kind: "timerFired", timer: "duration" },
    ],
    bridgeStopping: [{ kind: "bridgeStopping" }],
} as const satisfies { readonly [Kind in CallEvent["kind"]]: readonly Extract<CallEvent, { kind: Kind }>[] };

export const everyEvent: readonly CallEvent[] = Object.values(byKind).flat();
