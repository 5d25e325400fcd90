import type { CallEvent } from "../../../lib/call/CallEvent.ts";
import { type LegId, ORIGIN, type Sdp, targetLeg } from "../../../lib/call/vocabulary.ts";

/** The leg of somebody who picks up the call: no ring plan has it. */
const PICKER = targetLeg(9);

export const sdp = (name: string): Sdp => `v=0 ${name}` as Sdp;

/** One of every shape that an event can have, for each leg that it can concern (`links`: those of other calls). A new kind must be added: see the `satisfies`. */
export function everyEvent(targets: readonly LegId[], links: readonly LegId[] = []): readonly CallEvent[] {
    const called = [...targets, ...links];
    const legs = [ORIGIN, ...called];
    const byKind = {
        mediaOffered: targets.map((leg) => ({ kind: "mediaOffered", leg, sdp: sdp("offer") }) as const),
        mediaAnswered: targets.map((leg) => ({ kind: "mediaAnswered", leg, sdp: sdp("answer") }) as const),
        mediaFailed: targets.map((leg) => ({ kind: "mediaFailed", leg, cause: "mediaLost" }) as const),
        changeAnswered: (["holds", "talks"] as const).map(
            (hold) => ({ kind: "changeAnswered", sdp: sdp("changed"), hold }) as const,
        ),
        changeForwarded: [{ kind: "changeForwarded", sdp: sdp("forwarded") }],
        changeFailed: [{ kind: "changeFailed", cause: "noCommonMedia" }],
        legRinging: targets.map((leg) => ({ kind: "legRinging", leg }) as const),
        legAnswered: called.map((leg) => ({ kind: "legAnswered", leg, sdp: sdp("answer") }) as const),
        candidatesFound: legs.map((leg) => ({ kind: "candidatesFound", leg, candidates: [] }) as const),
        offerReceived: legs.map((leg) => ({ kind: "offerReceived", leg, sdp: sdp("new offer") }) as const),
        holdCommanded: legs.flatMap((leg) =>
            (["holds", "talks"] as const).map((hold) => ({ kind: "holdCommanded", leg, hold }) as const),
        ),
        offerAnswered: legs.map((leg) => ({ kind: "offerAnswered", leg, sdp: sdp("new answer") }) as const),
        offerRejected: legs.map((leg) => ({ kind: "offerRejected", leg, cause: "noCommonMedia" }) as const),
        legEnded: legs.map((leg) => ({ kind: "legEnded", leg, cause: leg === ORIGIN ? "cancelled" : "busy" }) as const),
        partySilent: targets.flatMap((leg) =>
            (["origin", "target"] as const).map((side) => ({ kind: "partySilent", leg, side }) as const),
        ),
        transferRequested: legs.map((leg) => ({ kind: "transferRequested", leg }) as const),
        transferPlaced: [{ kind: "transferPlaced" }],
        transferDone: [{ kind: "transferDone" }],
        transferRinging: [{ kind: "transferRinging" }],
        transferFailed: [{ kind: "transferFailed", cause: "busy" }],
        pickUpRequested: [{ kind: "pickUpRequested", leg: PICKER }],
        joinRequested: legs.map((leg) => ({ kind: "joinRequested", leg }) as const),
        handoverOffered: [{ kind: "handoverOffered", sdp: sdp("handover") }],
        handoverDone: (["holds", "talks"] as const).map((hold) => ({ kind: "handoverDone", hold }) as const),
        handoverFailed: [{ kind: "handoverFailed", cause: "noCommonMedia" }],
        legIdentified: legs.map((leg) => ({ kind: "legIdentified", leg }) as const),
        pictureRequested: legs.map((leg) => ({ kind: "pictureRequested", leg }) as const),
        pictureRequestHeard: targets.flatMap((leg) =>
            (["origin", "target"] as const).map((side) => ({ kind: "pictureRequestHeard", leg, side }) as const),
        ),
        digitsPressed: legs.map((leg) => ({ kind: "digitsPressed", leg, digits: "1" }) as const),
        digitsHeard: targets.flatMap((leg) =>
            (["origin", "target"] as const).map((side) => ({ kind: "digitsHeard", leg, side, digits: "1" }) as const),
        ),
        timerFired: (["answer", "change", "duration"] as const).map(
            (timer) => ({ kind: "timerFired", timer }) as const,
        ),
        bridgeStopping: [{ kind: "bridgeStopping" }],
    } as const satisfies { readonly [Kind in CallEvent["kind"]]: readonly Extract<CallEvent, { kind: Kind }>[] };
    return Object.values(byKind).flat();
}

export function nameOf(event: CallEvent): string {
    return "leg" in event ? `${event.kind} ${event.leg}` : event.kind;
}
