import { expect, test } from "vitest";
import { dominantFrequency } from "../../../../lab/audio/dominantFrequency.ts";
import { decodeUlaw, encodeUlaw } from "../../../../lab/audio/g711.ts";

const rate = 8_000;

function recording(seconds: number, at: (time: number) => number): Float32Array {
    return Float32Array.from({ length: seconds * rate }, (_, n) => at(n / rate));
}

function sine(hz: number, amplitude = 0.5): (time: number) => number {
    return (time) => amplitude * Math.sin(2 * Math.PI * hz * time);
}

/** Deterministic noise: a linear congruential generator, one value a sample. */
function noise(amplitude: number): () => number {
    let state = 1;
    return () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return amplitude * (state / 2 ** 31 - 1);
    };
}

test.each([200, 425, 440, 620, 1_000, 3_000])("finds a tone of %i Hz to one hertz", (hz) => {
    const heard = dominantFrequency(recording(0.5, sine(hz)), rate);
    expect(heard).not.toBeNull();
    expect(Math.abs((heard ?? 0) - hz)).toBeLessThan(1);
});

test("finds a tone that went through µ-law", () => {
    const coded = recording(0.5, sine(620)).map((sample) => decodeUlaw(encodeUlaw(sample * 32_767)) / 32_768);
    expect(dominantFrequency(coded, rate)).toBeCloseTo(620, 0);
});

test("finds the louder of two tones", () => {
    const [loud, soft] = [sine(440, 0.5), sine(620, 0.1)];
    expect(
        dominantFrequency(
            recording(0.5, (time) => loud(time) + soft(time)),
            rate,
        ),
    ).toBeCloseTo(440, 0);
});

test("hears nothing in silence", () => {
    expect(dominantFrequency(recording(0.5, sine(440, 0.001)), rate)).toBeNull();
    expect(dominantFrequency(new Float32Array(0), rate)).toBeNull();
});

test("hears no tone in noise", () => {
    expect(dominantFrequency(recording(0.5, noise(0.5)), rate)).toBeNull();
});
