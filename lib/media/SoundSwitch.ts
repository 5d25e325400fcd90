import { otherSide, type Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Clock } from "../ports/Clock.ts";
import type { HoldMusic } from "./HoldMusic.ts";
import { likelySounds, type Sound, wantedSound } from "./partySound.ts";
import type { PlacedCall } from "./PlacedCall.ts";
import type { Parties } from "../sdp/Party.ts";

/** How often a phone that holds is looked at: whether it sends music of its own. */
const LOOK_EVERY_MS = 1_000;
/** Packets within that time that are media: RTCP and comfort noise have fewer. */
const MEDIA_PACKETS = 10;

/** As rtpengine begins. */
const NEW = { origin: "voice", target: "voice" } as const;

export interface SoundSwitchParts {
    readonly call: PlacedCall;
    readonly music: HoldMusic;
    readonly clock: Clock;
    /** Has something asked of rtpengine when the exchange that is under way is complete. Not called after the end. */
    readonly inTurn: (act: () => Promise<void>) => Promise<void>;
}

/** Has rtpengine send each party of a call what it is to be sent, and knows what that is now. */
export class SoundSwitch {
    readonly #parts: SoundSwitchParts;
    readonly #sent: Record<Side, Sound>;
    /** Cancel the next look. */
    readonly #looks: Record<Side, (() => void) | undefined> = { origin: undefined, target: undefined };
    #state: "open" | "ended" = "open";

    /** @param resumed the parties of a call of an earlier run, which has left them with what is likely */
    constructor(parts: SoundSwitchParts, resumed?: Parties) {
        this.#parts = parts;
        this.#sent = resumed === undefined ? { ...NEW } : { ...likelySounds(resumed, parts.music.use) };
    }

    /** To be called whenever the parties have agreed on something else. @throws CallFailure */
    async follow(parties: Parties): Promise<void> {
        for (const side of ["origin", "target"] as const) {
            const wanted = wantedSound(side, parties, this.#parts.music.use);
            if (wanted === "voiceOrMusic") await this.#look(side);
            else {
                this.#stopLooking(side);
                await this.#send(side, wanted);
            }
        }
    }

    /** The call is over, and with it all that is sent. */
    end(): void {
        this.#state = "ended";
        for (const side of ["origin", "target"] as const) this.#stopLooking(side);
    }

    async #send(side: Side, sound: Sound): Promise<void> {
        const { call, music } = this.#parts;
        const before = this.#sent[side];
        if (before === sound || this.#state === "ended") return;
        if (before === "music") await music.stop(call, side);
        const [wasVoice, isVoice] = [before === "voice", sound === "voice"];
        if (wasVoice !== isVoice) await call.sendSoundTo(side, isVoice);
        this.#sent[side] = sound;
        if (sound === "music") await music.play(call, side);
    }

    /** Begins to look whether the party that holds sends media; until that is known, its voice is sent. */
    async #look(side: Side): Promise<void> {
        if (this.#looks[side] !== undefined) return;
        if (this.#sent[side] === "nothing") await this.#send(side, "voice");
        const before = await this.#parts.call.countPackets();
        this.#lookAgain(side, before[otherSide(side)]);
    }

    #lookAgain(side: Side, before: number): void {
        const { call, clock, inTurn } = this.#parts;
        if (this.#state === "ended") return;
        const cancel = clock.startTimer(LOOK_EVERY_MS, () => {
            void inTurn(async () => {
                if (this.#looks[side] !== cancel) return;
                const now = await call.countPackets();
                const packets = now[otherSide(side)];
                await this.#send(side, packets - before < MEDIA_PACKETS ? "music" : "voice");
                this.#lookAgain(side, packets);
            }).catch((error: unknown) => {
                // the watchdog of the call notices an rtpengine that is gone
                if (!(error instanceof CallFailure)) throw error;
                if (this.#looks[side] === cancel) this.#lookAgain(side, before);
            });
        });
        this.#looks[side] = cancel;
    }

    #stopLooking(side: Side): void {
        this.#looks[side]?.();
        this.#looks[side] = undefined;
    }
}
