import type { Sdp } from "../../../lib/call/vocabulary.ts";
import type { LegEvent, OriginLeg, TargetLeg } from "../../../lib/ports/CallLeg.ts";

/** What a leg sends to its party, in the words of the port. */
export type Told =
    | "offer"
    | "ringing"
    | "answer"
    /** The offer and the answer of a change within the call. */
    | "newOffer"
    | "newAnswer"
    | "rejection"
    | "postponement"
    | "end";

/** What a party does. Each method resolves when it has been sent. */
export interface Party {
    /** Waits for the next message of this kind, and handles it as software of the network does. */
    receives(told: Told): Promise<void>;
    /** What the party has received, except for what the spec has waited for. */
    readonly unread: readonly string[];
    rings(): Promise<void>;
    answers(sdp: Sdp): Promise<void>;
    /** Ends the call, or rejects it, or gives up, whichever fits. */
    ends(): Promise<void>;
    /** Offers another session. */
    offers(sdp: Sdp): Promise<void>;
    /** Answers the last offer of the bridge within the call. */
    agrees(sdp: Sdp): Promise<void>;
    disagrees(): Promise<void>;
}

interface World {
    readonly party: Party;
    /** What the leg has reported, in all runs of the bridge. */
    readonly reported: readonly LegEvent[];
    /** Writes the leg as a record, as JSON, and has the next run of the bridge make it again. */
    restart(): Promise<void>;
    /** Checks that nothing of the call is left, and ends the world. */
    stop(): Promise<void>;
}

/** A leg and its party, which a network connects. After a restart there is another leg. */
export interface OriginWorld extends World {
    readonly leg: OriginLeg;
}

export interface TargetWorld extends World {
    readonly leg: TargetLeg;
}

/** What the messages of a network can say, and what of a leg can be written as a record. */
export interface NetworkTraits {
    /** Messages that the network does not have. */
    readonly silentAbout: ReadonlySet<Told>;
    /** Whether a party can reject an offer within the call. */
    readonly disagreement: "possible" | "impossible";
    /** What a leg can do that was resumed before the call is answered: everything, or only end it. */
    readonly resumedBeforeAnswer: "goesOn" | "ends";
}

/** The record as a journal keeps it. */
export function stored<Record>(record: Record | undefined): Record {
    if (record === undefined) throw new Error("the leg has no record");
    return JSON.parse(JSON.stringify(record)) as Record;
}
