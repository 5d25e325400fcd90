import { z } from "zod";
import { FAILURE_CAUSES } from "../message/vocabulary.ts";
import { parseMatrixRoomId, parseMatrixUserId } from "../numbering/MatrixUserId.ts";
import { readPhoneNumber } from "../numbering/PhoneNumber.ts";
import { parseSipAddress } from "../numbering/SipAddress.ts";
import type { MessageRecord } from "../ports/MessageStore.ts";

const branded = <Value>(parse: (text: string) => Value | undefined) =>
    z.string().transform((text, context) => {
        const value = parse(text);
        if (value === undefined) context.addIssue({ code: "custom", message: "not in its form" });
        return value as Value;
    });

const user = branded(parseMatrixUserId);
const cause = z.enum(FAILURE_CAUSES);
const displayName = { displayName: z.string().optional() };

const party = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("number"), number: branded(readPhoneNumber), ...displayName }),
    z.object({ kind: z.literal("address"), address: branded(parseSipAddress), ...displayName }),
    z.object({ kind: z.literal("anonymous") }),
]);

const content = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("text"), text: z.string() }),
    z.object({ kind: z.literal("notice"), text: z.string() }),
    z.object({
        kind: z.literal("file"),
        uri: z.string(),
        name: z.string(),
        mediaType: z.string(),
        bytes: z.number().optional(),
        text: z.string(),
    }),
    z.object({ kind: z.literal("location"), uri: z.string(), text: z.string() }),
    z.object({ kind: z.literal("dropped") }),
]);

const origin = z.discriminatedUnion("network", [
    z.object({ network: z.literal("matrix"), room: branded(parseMatrixRoomId), eventId: z.string() }),
    z.object({
        network: z.literal("sip"),
        from: z.object({ kind: z.enum(["peer", "trunk", "account"]), name: z.string() }),
        sipCallId: z.string(),
        imdn: z.object({ messageId: z.string(), dateTime: z.string(), from: z.string(), to: z.string() }).optional(),
    }),
    z.object({ network: z.literal("http"), service: z.string(), reference: z.string() }),
]);

const wait = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("turn") }),
    z.object({ kind: z.literal("retry"), at: z.number() }),
    z.object({ kind: z.literal("offline"), until: z.number() }),
]);

const receipts = z.array(z.enum(["delivery", "failure", "display"])).readonly();
// lines from before receipts were kept until the sender is notified have none
const owed = z
    .array(z.enum(["delivery", "display"]))
    .readonly()
    .default([]);
const progress = { attempts: z.number(), partsSent: z.number() };

const state = z.discriminatedUnion("phase", [
    z.object({ phase: z.literal("queued"), ...progress, wait }),
    z.object({ phase: z.literal("sending"), ...progress }),
    z.object({ phase: z.literal("sent"), reference: z.string() }),
    z.object({ phase: z.literal("delivered"), reference: z.string(), owed }),
    z.object({ phase: z.literal("displayed"), reference: z.string(), owed }),
    z.object({ phase: z.literal("failed"), cause, report: z.enum(["owed", "given"]) }),
]);

const message = z.object({
    id: branded((text) => text as MessageRecord["message"]["id"]),
    direction: z.enum(["inbound", "outbound"]),
    user,
    party,
    content,
    acceptedAt: z.number(),
    expiresAt: z.number().optional(),
    receipts,
    origin,
});

/** A line of the journal. Later lines replace earlier ones of the same message. */
const line = z.union([z.object({ message, state, order: z.number() }), z.object({ id: z.string(), state })]);

export type JournalLine = z.infer<typeof line>;

/** Reads a line; undefined for one that is in no form the bridge writes, as after an edit by hand. */
export function readJournalLine(value: unknown): JournalLine | undefined {
    return line.safeParse(value).data;
}
