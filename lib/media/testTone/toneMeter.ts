import type { HeardAudio } from "../../ports/TestTone.ts";
import { powerAt } from "./powerAt.ts";

const SAMPLE_RATE = 8_000;

/** The tone changes between two frequencies, in Hz, which no dial, ringing, busy or DTMF tone combines. */
const FREQUENCIES = [620, 1_180] as const;
const CHANGE_EVERY_SAMPLES = SAMPLE_RATE / 4;
/** A quarter of full scale: loud, and far from clipping. */
const AMPLITUDE = 8_192;

/** Below this root mean square a packet counts as silent: about -50 dB of full scale. */
const SILENCE_RMS = 100;
/** Share of a packet's energy that a frequency must have. */
const TONE_SHARE = 0.6;
/** Packets with each frequency that make an echo: speech has a few by chance. */
const LEAST_TONE_PACKETS = 10;

/** The sample of the test tone at this position. Pure. */
export function testToneSample(position: number): number {
    const isSecond = Math.floor(position / CHANGE_EVERY_SAMPLES) % 2 === 1;
    return AMPLITUDE * Math.sin((2 * Math.PI * FREQUENCIES[isSecond ? 1 : 0] * position) / SAMPLE_RATE);
}

/** Measures packets of audio. */
export class ToneMeter {
    #packets = 0;
    #audible = 0;
    readonly #withTone: [number, number] = [0, 0];

    /** @param samples 16-bit samples of one packet */
    add(samples: Int16Array): void {
        this.#packets += 1;
        const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
        if (samples.length === 0 || Math.sqrt(energy / samples.length) < SILENCE_RMS) return;
        this.#audible += 1;
        for (const index of [0, 1] as const) {
            // a pure sine of N samples has the power energy * N / 2 at its frequency
            const share = (2 * powerAt(samples, FREQUENCIES[index], SAMPLE_RATE)) / (energy * samples.length);
            if (share >= TONE_SHARE) this.#withTone[index] += 1;
        }
    }

    heard(): HeardAudio {
        const isBack = this.#withTone.every((packets) => packets >= LEAST_TONE_PACKETS);
        return { packets: this.#packets, audiblePackets: this.#audible, tone: isBack ? "returned" : "missing" };
    }
}
