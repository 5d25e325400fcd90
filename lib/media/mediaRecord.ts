import { z } from "zod";
import type { MediaRecord } from "../ports/MediaProxy.ts";
import type { Side } from "../call/vocabulary.ts";
import type { Parties } from "../sdp/Party.ts";
import { type PartiesText, recordedParties } from "./keptParties.ts";
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

export type ChangeState = "none" | "open";

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
    parties: recordedParties,
    linked: z.array(side).default([]),
    change: z.enum(["none", "open"]).default("none"),
    split: split.optional(),
});

/** A session as it is while it stands. */
export type StandingRecord = Omit<KeptSession, "parties"> & { readonly parties: PartiesText };

/** The record of a session on an rtpengine. */
export function mediaRecordOf(server: string, { linked, ...rest }: StandingRecord): MediaRecord {
    return { server, data: { ...rest, linked: [...linked] } };
}

/** Undefined for a record that this version cannot read. */
export function keptSessionOf({ data }: MediaRecord): KeptSession | undefined {
    const record = kept.safeParse(data).data;
    if (record === undefined) return undefined;
    const { linked, split: splitRecord, ...rest } = record;
    return { ...rest, linked: new Set(linked), split: splitRecord };
}
