import type { Side } from "../call/vocabulary.ts";
import type { SentAudio } from "../ports/CallRecorder.ts";
import { type Parties, voiceSentBy } from "../sdp/Party.ts";
import type { EngineReport } from "./EngineCall.ts";

/** The audio that each party of a call sent, for its record; undefined if the engine did not count it. */
export function sentAudioOf(parties: Parties, report: EngineReport): Readonly<Record<Side, SentAudio>> | undefined {
    const origin = sideOf("origin", parties, report);
    const target = sideOf("target", parties, report);
    return origin === undefined || target === undefined ? undefined : { origin, target };
}

function sideOf(side: Side, parties: Parties, report: EngineReport): SentAudio | undefined {
    const { packets, ...quality } = report[side];
    if (packets === undefined) return undefined;
    const codec = voiceSentBy(parties[side])?.name;
    const from = parties[side].said.transport === "webrtc" ? "browser" : "phone";
    return { from, ...(codec !== undefined && { codec }), packets, ...quality };
}
