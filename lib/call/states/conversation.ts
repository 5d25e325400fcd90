import type { CallEvent } from "../CallEvent.ts";
import type { Changing, Connected, Joining } from "../CallState.ts";
import type { Transition } from "../transition.ts";
import {
    checkSilent,
    endLateAnswer,
    passOnCandidates,
    passOnDigits,
    passOnPictureRequest,
    releaseUnused,
    showToPeer,
} from "./parties.ts";
import { onTransferEvent } from "./transferring.ts";

/** What means the same in every phase in which two parties talk. */
type PartyEvent = Extract<
    CallEvent,
    { readonly kind: "candidatesFound" | "partySilent" | "legIdentified" | "mediaOffered" }
>;

export function onPartyEvent(state: Connected | Changing | Joining, event: PartyEvent): Transition {
    switch (event.kind) {
        case "candidatesFound":
            return passOnCandidates(state, event);
        case "partySilent":
            return checkSilent(state, event);
        case "legIdentified":
            return showToPeer(state, event.leg);
        case "mediaOffered":
            return releaseUnused(state, event.leg);
    }
}

/** What means the same whether or not the session is being changed. */
type ConversationEvent =
    | PartyEvent
    | Extract<
          CallEvent,
          {
              readonly kind:
                  | "digitsPressed"
                  | "digitsHeard"
                  | "pictureRequested"
                  | "pictureRequestHeard"
                  | "legAnswered"
                  | "transferRequested"
                  | "transferPlaced"
                  | "transferRinging"
                  | "transferDone"
                  | "transferFailed"
                  | "joinRequested"
                  | "legEnded";
          }
      >;

export function onConversationEvent(state: Connected | Changing, event: ConversationEvent, now: number): Transition {
    switch (event.kind) {
        case "candidatesFound":
        case "partySilent":
        case "legIdentified":
        case "mediaOffered":
            return onPartyEvent(state, event);
        case "digitsPressed":
        case "digitsHeard":
            return passOnDigits(state, event);
        case "pictureRequested":
        case "pictureRequestHeard":
            return passOnPictureRequest(state, event);
        case "legAnswered":
            return endLateAnswer(state, event.leg);
        case "transferRequested":
        case "transferPlaced":
        case "transferRinging":
        case "transferDone":
        case "transferFailed":
        case "joinRequested":
        case "legEnded":
            return onTransferEvent(state, event, now);
    }
}
