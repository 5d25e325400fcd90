import type { Hold } from "../call/CallEvent.ts";
import { otherSide, type Sdp, type Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import { type Codec, hasName } from "../sdp/codecs.ts";
import { withoutReceiving } from "../sdp/direction.ts";
import { directionIn, type Parties, type Party, voiceSentBy } from "../sdp/Party.ts";
import type { PartyDescription } from "../sdp/PartyDescription.ts";
import { rejected } from "../sdp/rejection.ts";
import type { SentDescription } from "../sdp/SentDescription.ts";
import { writeDescription } from "../sdp/sessionDescription.ts";
import { voiceOf } from "../sdp/streams.ts";
import { describeFor } from "./describeFor.ts";
import { KEEPING_PORT, LINKED } from "./linkFlags.ts";
import type { NgDictionary } from "./ngProtocol.ts";
import type { Up } from "./sessionExchanges.ts";

/*
 * Another call takes the place of a party: its side of the call in rtpengine becomes plain RTP to the other call's port. The
 * party that stays receives nothing new: its description is given to rtpengine once more, and its ports, keys and ICE
 * credentials stay the same.
 */

/** Formats that every rtpengine can encode and that have a number of their own: one of them suits both calls. */
const COMMON_FORMATS = ["PCMU", "PCMA", "G722"];
/**
 * Has rtpengine make the description for the call that takes the place of the party on `leaves`.
 * @throws CallFailure if rtpengine would change the port of the party that stays: the callee of two WebRTC parties
 */
export async function offerHandover({ call, parties }: Up, leaves: Side, sessionId: number): Promise<SentDescription> {
    const stays = otherSide(leaves);
    const { said } = parties[stays];
    const isWebRtcCall = said.transport === "webrtc" && parties[leaves].said.transport === "webrtc";
    if (isWebRtcCall && stays === "target") {
        throw new CallFailure("noCommonMedia", "rtpengine cannot replace the WebRTC caller of a WebRTC callee");
    }
    const offered = await call.offerAgain({
        by: stays,
        description: said.description,
        passage: { from: said.transport, towards: "rtp" },
        codec: { codec: linkCodecs(voiceSentBy(parties[stays])) },
        flags: KEEPING_PORT,
    });
    return describeFor({ side: leaves, transport: "rtp", sessionId }, offered);
}

/** Has rtpengine take the other call's description. Resolves to the parties of the session from now on. */
export async function answerHandover(up: Up, leaves: Side, wish: PartyDescription): Promise<Parties> {
    const { call, parties, pending } = up;
    if (pending?.kind !== "handover" || pending.side !== leaves) {
        throw new CallFailure("internalError", "no handover is pending");
    }
    const { said } = parties[otherSide(leaves)];
    const answer = inPlaceOf(parties[leaves], wish, pending.told);
    const passage = { from: "rtp", towards: said.transport, protocol: voiceOf(said).protocol } as const;
    await call.answer({ by: leaves, description: answer.description, passage, codec: {}, flags: LINKED });
    call.link(leaves);
    const then = { direction: directionIn(answer), command: "none" } as const;
    return { ...parties, [leaves]: { said: answer, told: pending.told, wish: then } };
}

/**
 * The other call's answer in the direction of the party that it replaces: what the party that stays agreed on still holds, and
 * a change is a further step. Streams other than the voice end here.
 */
function inPlaceOf(leaver: Party, answer: PartyDescription, told: SentDescription): PartyDescription {
    const said = directionIn(leaver.said);
    const direction = leaver.wish.command === "held" ? withoutReceiving(said) : said;
    const voice = { ...voiceOf(answer), direction };
    const others = told.description.media.slice(1).map(rejected);
    return { ...answer, streams: [voice], description: { ...answer.description, media: [voice, ...others] } };
}

/** The description for the other call, by what the party that stays wants itself: it may be held at the moment. */
export function wishOf(told: SentDescription, stays: Hold): Sdp {
    const voice = { ...voiceOf(told), direction: stays === "holds" ? "sendonly" : "sendrecv" } as const;
    return writeDescription({ ...told.description, media: [voice] });
}

/** The format that the party that stays goes on sending comes first; rtpengine can transcode it. */
function linkCodecs(sent: Codec | undefined): NgDictionary {
    if (sent === undefined) return { mask: ["all"], transcode: COMMON_FORMATS };
    return {
        strip: ["all"],
        offer: [sent.name, "telephone-event"],
        transcode: COMMON_FORMATS.filter((name) => !hasName(sent, name)),
    };
}
