import { z } from "zod";
import type { IceCandidate, Sdp } from "../../call/vocabulary.ts";
import { parseMatrixUserId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { CALL_EVENT_TYPES, type CallEventCommon, type CallMessage, type CallVersion } from "./callEventContent.ts";
import { isSessionDescription } from "./webRtcDescription.ts";

/** Why a call event could not be read. Labels of a counter, so a closed set. */
export type DecodeFailure = "unknownType" | "badContent" | "badDescription";

/** An event is at most 64 KiB, so most bounds are given; these keep the parts of one sensible. */
const MAX_DESCRIPTION_LENGTH = 48 * 1024;
const MAX_CANDIDATES = 100;
const MAX_CANDIDATE_LENGTH = 1024;
/** Invites without a lifetime break the specification; what js-sdk sends is assumed. */
const DEFAULT_LIFETIME_MS = 60_000;
/** Nobody's phone rings longer. */
const MAX_LIFETIME_MS = 600_000;

const id = z.string().min(1).max(255);
const common = z.object({ call_id: id, party_id: id.optional(), version: z.unknown() });
const sdp = z.string().max(MAX_DESCRIPTION_LENGTH);
const lifetime = z
    .number()
    .positive()
    .optional()
    .transform((ms) => Math.min(ms ?? DEFAULT_LIFETIME_MS, MAX_LIFETIME_MS));
const reason = z.string().max(255).optional();
const candidate = z.object({
    candidate: z.string().max(MAX_CANDIDATE_LENGTH),
    sdpMid: z.string().max(255).nullish(),
    sdpMLineIndex: z.number().int().nonnegative().max(255).nullish(),
    usernameFragment: z.string().max(256).nullish(),
});

const schemas = {
    [CALL_EVENT_TYPES.invite]: common.extend({
        offer: z.object({ sdp }),
        lifetime,
        invitee: z.string().optional(),
    }),
    [CALL_EVENT_TYPES.candidates]: common.extend({ candidates: z.array(candidate).max(MAX_CANDIDATES) }),
    [CALL_EVENT_TYPES.answer]: common.extend({ answer: z.object({ sdp }) }),
    [CALL_EVENT_TYPES.selectAnswer]: common.extend({ selected_party_id: id }),
    [CALL_EVENT_TYPES.reject]: common.extend({ reason }),
    [CALL_EVENT_TYPES.hangup]: common.extend({ reason }),
    [CALL_EVENT_TYPES.negotiate]: common.extend({
        description: z.object({ type: z.enum(["offer", "answer"]), sdp }),
        lifetime,
    }),
};

/** The call event that `type` and `content` are, or why they are none. Total: whatever comes in, nothing is thrown. */
export function decodeCallEvent(
    type: string,
    content: unknown,
): { readonly message: CallMessage } | { readonly failure: DecodeFailure } {
    switch (type) {
        case CALL_EVENT_TYPES.invite:
            return read(schemas[type], content, (c) => {
                const invitee = c.invitee === undefined ? undefined : parseMatrixUserId(c.invitee);
                if (c.invitee !== undefined && invitee === undefined) return "badContent";
                return described(c.offer.sdp, (offer) => ({
                    kind: "invite",
                    ...commonOf(c),
                    sdp: offer,
                    lifetimeMs: c.lifetime,
                    ...optional<"invitee", MatrixUserId>("invitee", invitee),
                }));
            });
        case CALL_EVENT_TYPES.candidates:
            return read(schemas[type], content, (c) => ({
                kind: "candidates",
                ...commonOf(c),
                candidates: c.candidates.map(candidateOf),
            }));
        case CALL_EVENT_TYPES.answer:
            return read(schemas[type], content, (c) =>
                described(c.answer.sdp, (answer) => ({ kind: "answer", ...commonOf(c), sdp: answer })),
            );
        case CALL_EVENT_TYPES.selectAnswer:
            return read(schemas[type], content, (c) => ({
                kind: "selectAnswer",
                ...commonOf(c),
                selectedPartyId: c.selected_party_id,
            }));
        case CALL_EVENT_TYPES.reject:
        case CALL_EVENT_TYPES.hangup:
            return read(schemas[type], content, (c) => ({
                kind: type === CALL_EVENT_TYPES.reject ? "reject" : "hangup",
                ...commonOf(c),
                ...optional("reason", c.reason),
            }));
        case CALL_EVENT_TYPES.negotiate:
            return read(schemas[type], content, (c) =>
                described(c.description.sdp, (description) => ({
                    kind: "negotiate",
                    ...commonOf(c),
                    description: c.description.type,
                    sdp: description,
                    lifetimeMs: c.lifetime,
                })),
            );
        default:
            return { failure: "unknownType" };
    }
}

function read<Content>(
    schema: z.ZodType<Content>,
    content: unknown,
    build: (content: Content) => CallMessage | DecodeFailure,
): { readonly message: CallMessage } | { readonly failure: DecodeFailure } {
    const parsed = schema.safeParse(content);
    if (!parsed.success) return { failure: "badContent" };
    const built = build(parsed.data);
    return typeof built === "string" ? { failure: built } : { message: built };
}

function described(text: string, build: (sdp: Sdp) => CallMessage): CallMessage | DecodeFailure {
    return isSessionDescription(text) ? build(text) : "badDescription";
}

function commonOf(content: z.infer<typeof common>): CallEventCommon {
    const version: CallVersion = content.version === 0 ? 0 : 1;
    // version 0 knows no parties: a stray id must not make one
    return { callId: content.call_id, version, ...optional("partyId", version === 0 ? undefined : content.party_id) };
}

function candidateOf(found: z.infer<typeof candidate>): IceCandidate {
    return {
        candidate: found.candidate,
        ...optional("mid", found.sdpMid ?? undefined),
        ...optional("lineIndex", found.sdpMLineIndex ?? undefined),
        ...optional("ufrag", found.usernameFragment ?? undefined),
    };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
    return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}
