/** Goertzel's algorithm: the power of one frequency, in Hz, in a block of samples. Pure. */
export function powerAt(samples: Int16Array | Float32Array, hz: number, sampleRate: number): number {
    const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
    let before = 0;
    let last = 0;
    for (const sample of samples) {
        const next = sample + coefficient * last - before;
        before = last;
        last = next;
    }
    return last * last + before * before - coefficient * last * before;
}
