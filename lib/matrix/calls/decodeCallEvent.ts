import { z } from "zod";
import type { IceCandidate, Sdp } from "../../call/vocabulary.ts";
import { parseMatrixUserId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { faultsOf } from "../events/faultsOf.ts";
import { CALL_EVENT_TYPES, type CallEventCommon, type CallMessage, type CallVersion } from "./callEventContent.ts";
import { asSdp } from "../../sdp/sessionDescription.ts";

/** A call event that cannot be used. */
export interface UndecodableCallEvent {
    readonly failure: "bad_content" | "bad_description";
    /** The invalid fields, for the debug log. */
    readonly detail: string;
    /** The fields needed to reply, if the call ID is valid. */
    readonly common?: CallEventCommon & { readonly invitee?: MatrixUserId };
}

/** An event is at most 64 KiB; these limits keep its parts reasonable. */
const MAX_DESCRIPTION_LENGTH = 48 * 1024;
const MAX_CANDIDATES = 100;
const MAX_CANDIDATE_LENGTH = 1024;
/** Lifetime of an invite without a valid one: the value that matrix-js-sdk sends. */
export const DEFAULT_LIFETIME_MS = 60_000;
/** No phone rings for longer. */
const MAX_LIFETIME_MS = 600_000;

/**
 * Required fields fail the event. An optional field that is null, empty or invalid is treated as absent
 * (docs/design/tolerance.md).
 */
const id = z.string().min(1).max(255);
const optionalText = (max: number) => z.string().min(1).max(max).optional().catch(undefined);
const common = z.object({ call_id: id, party_id: optionalText(255), version: z.unknown().optional() });
const sdp = z.string().max(MAX_DESCRIPTION_LENGTH);
const lifetime = z
    .number()
    .positive()
    .catch(DEFAULT_LIFETIME_MS)
    .transform((ms) => Math.min(ms, MAX_LIFETIME_MS));
const reason = optionalText(255);
const invitee = optionalText(255);
const candidate = z.object({
    candidate: z.string().max(MAX_CANDIDATE_LENGTH),
    sdpMid: optionalText(255),
    // some clients write the index as text
    sdpMLineIndex: z
        .union([
            z.number(),
            z
                .string()
                .regex(/^[0-9]{1,3}$/)
                .transform(Number),
        ])
        .pipe(z.number().int().nonnegative().max(255))
        .optional()
        .catch(undefined),
    usernameFragment: optionalText(256),
});

const schemas = {
    [CALL_EVENT_TYPES.invite]: common.extend({ offer: z.object({ sdp }), lifetime, invitee }),
    [CALL_EVENT_TYPES.candidates]: common.extend({ candidates: z.array(z.unknown()) }),
    [CALL_EVENT_TYPES.answer]: common.extend({ answer: z.object({ sdp }) }),
    [CALL_EVENT_TYPES.selectAnswer]: common.extend({ selected_party_id: id }),
    [CALL_EVENT_TYPES.reject]: common.extend({ reason }),
    [CALL_EVENT_TYPES.hangup]: common.extend({ reason }),
    [CALL_EVENT_TYPES.negotiate]: common.extend({
        description: z.object({ type: z.enum(["offer", "answer"]), sdp }),
        lifetime,
    }),
    [CALL_EVENT_TYPES.replaces]: common.extend({
        target_user: z.object({ id: z.string().max(255) }),
        create_call: optionalText(255),
        await_call: optionalText(255),
    }),
};

export type CallEventType = keyof typeof schemas;

/** Returns the call event that `type` and `content` describe, or why it cannot be used. Never throws. */
export function decodeCallEvent(
    type: CallEventType,
    content: unknown,
): { readonly message: CallMessage } | UndecodableCallEvent {
    switch (type) {
        case CALL_EVENT_TYPES.invite:
            return read(schemas[type], content, (c) =>
                described(c.offer.sdp, (offer) => ({
                    kind: "invite",
                    ...commonOf(c),
                    sdp: offer,
                    lifetimeMs: c.lifetime,
                    ...optional("invitee", parseMatrixUserId(c.invitee ?? "")),
                })),
            );
        case CALL_EVENT_TYPES.candidates:
            return read(schemas[type], content, (c) => {
                const candidates = candidatesIn(c.candidates);
                if (candidates.length === 0) return "candidates: no valid entry";
                return { kind: "candidates", ...commonOf(c), candidates };
            });
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
        case CALL_EVENT_TYPES.replaces:
            return read(schemas[type], content, replacementIn);
    }
}

function replacementIn(content: z.infer<(typeof schemas)["m.call.replaces"]>): CallMessage | string {
    const target = parseMatrixUserId(content.target_user.id);
    if (target === undefined) return "target_user.id: not a user ID";
    const { create_call: create, await_call: awaited } = content;
    if ((create === undefined) === (awaited === undefined)) return "create_call or await_call: exactly one is required";
    return { kind: "replaces", ...commonOf(content), target, role: create === undefined ? "await" : "create" };
}

const BAD_DESCRIPTION = Symbol("bad description");

function read<Content>(
    schema: z.ZodType<Content>,
    content: unknown,
    build: (content: Content) => CallMessage | string | typeof BAD_DESCRIPTION,
): { readonly message: CallMessage } | UndecodableCallEvent {
    const parsed = schema.safeParse(content);
    if (!parsed.success) return undecodable(content, "bad_content", faultsOf(parsed.error));
    const built = build(parsed.data);
    if (built === BAD_DESCRIPTION) return undecodable(content, "bad_description", "not a session description");
    return typeof built === "string" ? undecodable(content, "bad_content", built) : { message: built };
}

function undecodable(content: unknown, failure: UndecodableCallEvent["failure"], detail: string): UndecodableCallEvent {
    const addressed = common.extend({ invitee }).safeParse(content).data;
    if (addressed === undefined) return { failure, detail };
    const whom = optional("invitee", parseMatrixUserId(addressed.invitee ?? ""));
    return { failure, detail, common: { ...commonOf(addressed), ...whom } };
}

function described(text: string, build: (sdp: Sdp) => CallMessage): CallMessage | typeof BAD_DESCRIPTION {
    const sdp = asSdp(text);
    return sdp === undefined || !/^m=/m.test(sdp) ? BAD_DESCRIPTION : build(sdp);
}

function commonOf(content: z.infer<typeof common>): CallEventCommon {
    const version: CallVersion = content.version === 0 ? 0 : 1;
    // version 0 has no party IDs: an ID in it must not create a party
    return { callId: content.call_id, version, ...optional("partyId", version === 0 ? undefined : content.party_id) };
}

/** The valid entries; invalid ones and those above the limit are skipped. */
function candidatesIn(entries: readonly unknown[]): IceCandidate[] {
    return entries
        .map((entry) => candidate.safeParse(entry).data)
        .filter((found) => found !== undefined)
        .slice(0, MAX_CANDIDATES)
        .map(candidateOf);
}

function candidateOf(found: z.infer<typeof candidate>): IceCandidate {
    return {
        candidate: found.candidate,
        ...optional("mid", found.sdpMid),
        ...optional("lineIndex", found.sdpMLineIndex),
        ...optional("ufrag", found.usernameFragment),
    };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
    return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}
