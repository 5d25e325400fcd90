import type { MediaTransport, Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import { type PartyDescription, readParty, type VideoPolicy } from "../sdp/PartyDescription.ts";
import type { MediaSessionParts } from "./MediaSessionParts.ts";
import { withResolvedHost } from "./resolveHost.ts";

/** Whose description is read. `transport`: the weakest acceptable one. */
export interface Speaker {
    readonly side: Side;
    readonly transport: MediaTransport;
    readonly video: VideoPolicy;
}

/** Reads a party's description, as rtpengine can use it. @throws CallFailure `noCommonMedia` if it cannot be used */
export async function understand(
    sdp: string,
    { side, transport, video }: Speaker,
    { resolveHost, clock }: Pick<MediaSessionParts, "resolveHost" | "clock">,
): Promise<PartyDescription> {
    const reading = readParty(sdp, transport, video);
    if (reading.kind === "usable") return await withResolvedHost(reading.party, resolveHost, clock);
    throw new CallFailure("noCommonMedia", `the description of the ${side} is unusable: ${reading.kind}`);
}
