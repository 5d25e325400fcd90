import { powerAt } from "../../lib/media/testTone/powerAt.ts";

/** Below this root mean square (of full scale 1) a recording counts as silent: about -50 dB. */
const silenceRms = 0.003;

/** A tone must carry this share of the recording's energy; noise spreads it over all frequencies. */
const toneShare = 0.25;

const lowestHz = 100;
const stepHz = 4;

/**
 * The frequency in Hz at which a recording is loudest, to about 1 Hz for half a second of samples; null if it is silent
 * or no frequency stands out.
 * @param samples between -1 and 1
 */
export function dominantFrequency(samples: Float32Array, sampleRate: number): number | null {
    const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
    if (samples.length === 0 || Math.sqrt(energy / samples.length) < silenceRms) return null;
    const windowed = samples.map((sample, n) => sample * hann(n, samples.length));
    const highestHz = sampleRate * 0.45;
    let best = { hz: 0, power: 0 };
    for (let hz = lowestHz; hz < highestHz; hz += stepHz) {
        const power = powerAt(windowed, hz, sampleRate);
        if (power > best.power) best = { hz, power };
    }
    // A pure sine through a Hann window of N samples has the power energy * N / 8 at its own frequency.
    if (best.power < (toneShare * energy * samples.length) / 8) return null;
    return refine(windowed, best.hz, sampleRate);
}

/** The top of the parabola through the powers (in dB) around the best step: finer than the steps. */
function refine(windowed: Float32Array, hz: number, sampleRate: number): number {
    const [left, middle, right] = [hz - stepHz, hz, hz + stepHz].map((near) =>
        Math.log(powerAt(windowed, near, sampleRate) + Number.MIN_VALUE),
    ) as [number, number, number];
    const curvature = left - 2 * middle + right;
    return curvature === 0 ? hz : hz + (stepHz * (left - right)) / (2 * curvature);
}

function hann(n: number, length: number): number {
    return 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length);
}
