import { z } from "zod";
import type { MediaRecord } from "../ports/MediaProxy.ts";
import { directionIn, type Parties, type Party } from "../sdp/Party.ts";
import type { PartyDescription } from "../sdp/PartyDescription.ts";
import type { SentDescription } from "../sdp/SentDescription.ts";
import { parseDescription, writeDescription } from "../sdp/sessionDescription.ts";
import type { Side } from "../call/vocabulary.ts";
import type { SplitRecord } from "./splitter/SplitCall.ts";

/** What a media session goes on with after a restart of the bridge. ICE, DTLS and SRTP are in rtpengine alone. */
export interface KeptSession {
    /** In the `o=` lines of the bridge's descriptions. */
    readonly sessionId: number;
    readonly parties: Parties;
    /** The sides that other calls have, in place of a party. */
    readonly linked: ReadonlySet<Side>;
    /** `open`: a change of the session was not completed, so that it is not known what the other party has accepted. */
    readonly change: ChangeState;
    /** For a call with video between a browser and a phone. */
    readonly split: SplitRecord | undefined;
}

const section = z.looseObject({ type: z.string() });
export type ChangeState = "none" | "open";

const wish = z.object({
    direction: z.enum(["sendrecv", "sendonly", "recvonly", "inactive"]),
    command: z.enum(["held", "none"]),
});
const party = z.object({
    said: z.looseObject({ transport: z.string(), streams: z.array(section).min(1), layout: z.unknown() }),
    told: z.object({ sdp: z.string(), streams: z.array(section).min(1) }),
    /** Missing in records of earlier versions. */
    wish: wish.optional(),
});
const side = z.enum(["origin", "target"]);
const kind = z.enum(["audio", "video"]);
const address = z.object({ host: z.string(), port: z.number() });
const numbers = z.array(z.tuple([z.number(), z.number()]));
const split = z.object({
    browserSide: side,
    numbers,
    splitter: z.object({
        family: z.union([z.literal(4), z.literal(6)]),
        ports: z.object({ bundle: z.number(), audio: z.number(), video: z.number() }),
        peers: z.object({ bundle: address, audio: address.optional(), video: address.optional() }),
        routes: z.array(z.object({ kind, payloads: numbers })),
    }),
});
const kept = z.object({
    sessionId: z.number(),
    parties: z.object({ origin: party, target: party }),
    linked: z.array(side).default([]),
    change: z.enum(["none", "open"]).default("none"),
    split: split.optional(),
});

/** The record of a session on an rtpengine. */
export function mediaRecordOf(
    server: string,
    { sessionId, parties, linked, change, split: splitRecord }: KeptSession,
): MediaRecord {
    const { origin, target } = parties;
    return {
        server,
        data: {
            sessionId,
            parties: { origin: partyRecord(origin), target: partyRecord(target) },
            linked: [...linked],
            change,
            split: splitRecord,
        },
    };
}

/** Undefined for a record that this version did not write. */
export function keptSessionOf({ data }: MediaRecord): KeptSession | undefined {
    const record = kept.safeParse(data).data;
    if (record === undefined) return undefined;
    const origin = partyFrom(record.parties.origin);
    const target = partyFrom(record.parties.target);
    if (origin === undefined || target === undefined) return undefined;
    const { sessionId, linked, change, split: splitRecord } = record;
    return { sessionId, parties: { origin, target }, linked: new Set(linked), change, split: splitRecord };
}

/** Without what follows from the rest. */
function partyRecord({ said, wish, told: { sdp, streams } }: Party): unknown {
    const { description, ...rest } = said;
    const { media: _media, ...head } = description;
    return { said: { ...rest, head }, wish, told: { sdp, streams } };
}

function partyFrom({ said: kept, told, wish }: z.infer<typeof party>): Party | undefined {
    const { head, ...rest } = kept;
    const description = parseDescription(told.sdp);
    if (description === undefined || typeof head !== "object") return undefined;
    const said = { ...rest, description: { ...head, media: [...kept.streams] } } as unknown as PartyDescription;
    return {
        said,
        wish: wish ?? { direction: directionIn(said), command: "none" },
        told: { sdp: writeDescription(description), description, streams: told.streams } as unknown as SentDescription,
    };
}
