import type { CallEvent } from "../call/CallEvent.ts";
import type { CallState } from "../call/CallState.ts";
import type { EndCause, LegId } from "../call/vocabulary.ts";
import type { MediaSnapshot } from "../ports/CallJournal.ts";
import type { CallLeg, LegReport, OriginLeg, ShownParty, TargetLeg, TransferRequest } from "../ports/CallLeg.ts";
import type { Clock } from "../ports/Clock.ts";
import type { LinkLegRecord, PartyRecord } from "../ports/LegRecord.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaReport, MediaRequest, MediaSession } from "../ports/MediaProxy.ts";
import type { CallKeeper } from "./CallKeeper.ts";
import type { LinkLeg } from "./transfer/CallLink.ts";

/** What a call needs from the desk. */
export interface CallParts {
    readonly clock: Clock;
    readonly log: Log;
    readonly watcher: CallWatcher;
    readonly transfers: TransferDesk;
    /** Who the party of a leg is, as far as the call itself tells: for the party of another call that is joined with this one. */
    readonly identityOf: (leg: LegId) => ShownParty | undefined;
    readonly keeper: Pick<CallKeeper, "changed" | "durable" | "handOver">;
    /** How long a leg or a media session can take over one effect, in ms. */
    readonly effectTimeoutMs: number;
}

/** What a new call is set up with. */
export interface SetupParts {
    readonly origin: OriginLeg;
    /** Makes a called leg. Synchronous and without I/O. */
    readonly dial: (leg: LegId, report: LegReport) => TargetLeg;
    /** Opens the media session between the origin and a called leg. Synchronous and without I/O. */
    readonly openMedia: (leg: LegId, report: MediaReport, digits: DigitForms) => MediaSession;
}

/** What a call of the previous run of the bridge goes on with. Each function returns undefined for an unusable record. */
export interface ResumeParts {
    readonly resumeLeg: (leg: LegId, record: PartyRecord, report: LegReport) => CallLeg | undefined;
    readonly resumeLink: (record: LinkLegRecord) => LinkLeg | undefined;
    readonly resumeMedia: (media: MediaSnapshot, report: MediaReport, digits: DigitForms) => MediaSession | undefined;
}

/** How the parties of a media session receive DTMF digits now. */
export type DigitForms = NonNullable<MediaRequest["digits"]>;

/** Calls the targets of a call's transfers. The results come as events: `transferPlaced`, `joinRequested`, … Never throws. */
export interface TransferDesk {
    /** @param by the leg that has asked for it */
    place(by: LegId, request: TransferRequest): void;
    /** The party that was asked to carry out the transfer does not: the bridge does. */
    placeInstead(cause: EndCause): void;
    /** Ends the call to the target, unless it has been joined. */
    cancel(): void;
}

/** Receives each step of a call. Synchronous, must not throw. */
export interface CallWatcher {
    moved(from: CallState, to: CallState): void;
    ignored(state: CallState, event: CallEvent): void;
    /** The end of the call could not be delivered to a leg. */
    endUndelivered(leg: LegId): void;
}
