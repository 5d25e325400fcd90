import { z } from "zod";
import { directionIn, type Parties, type Party } from "../sdp/Party.ts";
import type { PartyDescription } from "../sdp/PartyDescription.ts";
import type { SentDescription } from "../sdp/SentDescription.ts";
import { parseDescription, type SessionDescription } from "../sdp/sessionDescription.ts";

declare const brand: unique symbol;

/**
 * What both parties have agreed on, as JSON. A session that stands needs it only when it changes or ends, and for the journal; the
 * parsed descriptions would take more than half of the memory of a session.
 */
export type PartiesText = string & { readonly [brand]: "PartiesText" };

const section = z.looseObject({ type: z.string() });
const wish = z.object({
    direction: z.enum(["sendrecv", "sendonly", "recvonly", "inactive"]),
    command: z.enum(["held", "none"]),
});
const party = z.object({
    said: z.looseObject({
        transport: z.string(),
        streams: z.array(section).min(1),
        layout: z.unknown(),
        head: z.looseObject({}),
    }),
    told: z.object({
        sdp: z.string().refine((sdp) => parseDescription(sdp) !== undefined),
        streams: z.array(section).min(1),
    }),
    /** Missing in records of earlier versions. */
    wish: wish.optional(),
});
const parties = z.object({ origin: party, target: party });
type PartyRecord = z.infer<typeof party>;

/** The parties in a record of the journal: a text, or an object in records of earlier versions. */
export const recordedParties = z
    .union([z.string().transform(parseJson), z.unknown()])
    .pipe(parties)
    .transform(({ origin, target }): Parties => ({ origin: partyOf(origin), target: partyOf(target) }));

/** Without what follows from the rest. */
export function textOf({ origin, target }: Parties): PartiesText {
    return JSON.stringify({ origin: recordOf(origin), target: recordOf(target) }) as PartiesText;
}

export function partiesIn(text: PartiesText): Parties {
    const { origin, target } = JSON.parse(text) as z.infer<typeof parties>;
    return { origin: partyOf(origin), target: partyOf(target) };
}

function recordOf({ said, wish, told: { sdp, streams } }: Party): unknown {
    const { description, ...rest } = said;
    const { media: _media, ...head } = description;
    return { said: { ...rest, head }, wish, told: { sdp, streams } };
}

function partyOf({ said: kept, wish: keptWish, told }: PartyRecord): Party {
    const { head, ...rest } = kept;
    const said = { ...rest, description: { ...head, media: [...kept.streams] } } as unknown as PartyDescription;
    return { said, wish: keptWish ?? { direction: directionIn(said), command: "none" }, told: toldOf(told) };
}

/** Most uses of a session's parties need no more of this than the streams: the rest is read when it is used. */
function toldOf({ sdp, streams }: PartyRecord["told"]): SentDescription {
    return {
        sdp,
        streams,
        get description(): SessionDescription | undefined {
            return parseDescription(sdp);
        },
    } as unknown as SentDescription;
}

function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
