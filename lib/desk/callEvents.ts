import type { TransferProgress } from "../call/CallEffect.ts";
import type { CallEvent } from "../call/CallEvent.ts";
import type { LegId } from "../call/vocabulary.ts";
import type { LegEvent } from "../ports/CallLeg.ts";
import type { MediaEvent } from "../ports/MediaProxy.ts";

/** What a media session reports, in the domain's words. @param leg the called leg that the session is for */
export function eventOfMedia(leg: LegId, event: MediaEvent): CallEvent {
    switch (event.kind) {
        case "mediaFailed":
            return { kind: "mediaFailed", leg, cause: event.cause };
        case "partySilent":
            return { kind: "partySilent", leg, side: event.side };
        case "digits":
            return { kind: "digitsHeard", leg, side: event.side, digits: event.digits };
        case "pictureRequested":
            return { kind: "pictureRequestHeard", leg, side: event.side };
    }
}

function eventOfReferral(progress: TransferProgress): CallEvent {
    switch (progress.stage) {
        case "placed":
            return { kind: "transferPlaced" };
        case "ringing":
            return { kind: "transferRinging" };
        case "done":
            return { kind: "transferDone" };
        case "failed":
            return { kind: "transferFailed", cause: progress.cause };
    }
}

/** What a leg reports, in the domain's words. */
export function eventOfLeg(
    leg: LegId,
    event: Exclude<LegEvent, { kind: "recordChanged" | "referralRejected" }>,
): CallEvent {
    switch (event.kind) {
        case "ringing":
            return { kind: "legRinging", leg, ...(event.delayMs !== undefined && { delayMs: event.delayMs }) };
        case "answered":
            return { kind: "legAnswered", leg, sdp: event.sdp };
        case "candidates":
            return { kind: "candidatesFound", leg, candidates: event.candidates };
        case "offered":
            return { kind: "offerReceived", leg, sdp: event.sdp };
        case "offerAnswered":
            return { kind: "offerAnswered", leg, sdp: event.sdp };
        case "offerRejected":
            return { kind: "offerRejected", leg, cause: event.cause };
        case "transferRequested":
            return { kind: "transferRequested", leg };
        case "referral":
            return eventOfReferral(event.progress);
        case "identified":
            return { kind: "legIdentified", leg };
        case "digits":
            return { kind: "digitsPressed", leg, digits: event.digits };
        case "pictureRequested":
            return { kind: "pictureRequested", leg };
        case "ended":
            return { kind: "legEnded", leg, cause: event.cause };
    }
}
