import { otherSide, type Side } from "../call/vocabulary.ts";
import { sends } from "../sdp/direction.ts";
import { holds, type Music } from "../sdp/Wish.ts";
import type { Parties } from "../sdp/Party.ts";

/** What a party is sent: the voice of the other one, hold music of the bridge, or nothing. */
export type Sound = "voice" | "music" | "nothing";

/** `voiceOrMusic`: the voice of the other party, or the bridge's music while that sends no media. */
export type WantedSound = Sound | "voiceOrMusic";

/**
 * What the party on a side is to be sent. A party that holds is sent nothing (RFC 3264, section 8.4), and neither is the voice
 * of a party for which a command holds the call. WebRTC clients mute their microphone while they hold. Pure.
 */
export function wantedSound(side: Side, parties: Parties, music: Music): WantedSound {
    const { said, wish } = parties[otherSide(side)];
    if (holds(parties[side].wish)) return "nothing";
    if (wish.command === "held") return music === "played" ? "music" : "nothing";
    if (!holds(wish) || music === "none") return "voice";
    return said.transport === "webrtc" || !sends(wish.direction) ? "music" : "voiceOrMusic";
}

/** What an earlier run of the bridge can have left the parties with. Pure. */
export function likelySounds(parties: Parties, music: Music): Readonly<Record<Side, Sound>> {
    const ofSide = (side: Side): Sound => {
        const wanted = wantedSound(side, parties, music);
        return wanted === "voiceOrMusic" ? "music" : wanted;
    };
    return { origin: ofSide("origin"), target: ofSide("target") };
}
