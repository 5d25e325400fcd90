import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { encodeUlaw, pcmuRate } from "../audio/g711.ts";

/** Writes assets/hold-music.wav: a quiet melody of sine tones that was composed for the bridge, and ends where it begins. */
const SECONDS_PER_NOTE = 0.5;
/** Of each note, in seconds: how fast it fades. */
const FADE = 0.7;
/** Of full scale: -18 dB, quieter than a voice. */
const PEAK = 0.125;
/** Notes as semitones above A3 (220 Hz), eight for each chord: C, A minor, F, G. */
const MELODY = [
    ...[3, 7, 10, 15, 10, 7, 12, 10],
    ...[0, 3, 7, 12, 7, 3, 10, 7],
    ...[-4, 0, 3, 8, 3, 0, 7, 3],
    ...[-2, 2, 5, 10, 14, 10, 5, 2],
];

const noteSamples = SECONDS_PER_NOTE * pcmuRate;
const samples = new Float64Array(MELODY.length * noteSamples);
for (const [index, semitones] of MELODY.entries()) addNote(index * noteSamples, 220 * 2 ** (semitones / 12));
const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
const codes = Buffer.from(samples.map((sample) => encodeUlaw((sample / loudest) * PEAK * 32_767)));
writeFileSync(fileURLToPath(new URL("../../assets/hold-music.wav", import.meta.url)), wavOf(codes));

/** Adds one note; what is left of it at the end of the melody sounds on at the beginning. */
function addNote(start: number, hz: number): void {
    for (let n = 0; n < 4 * pcmuRate; n++) {
        const time = n / pcmuRate;
        const loudness = Math.min(1, time / 0.02) * Math.exp(-time / FADE);
        const sound = Math.sin(2 * Math.PI * hz * time) + 0.2 * Math.sin(4 * Math.PI * hz * time);
        const place = (start + n) % samples.length;
        samples[place] = (samples[place] ?? 0) + loudness * sound;
    }
}

/** A WAV file of mono G.711 µ-law. */
function wavOf(data: Buffer): Buffer {
    const header = Buffer.alloc(46);
    header.write("RIFF", 0);
    header.writeUInt32LE(header.length - 8 + data.length, 4);
    header.write("WAVEfmt ", 8);
    header.writeUInt32LE(18, 16);
    header.writeUInt16LE(7, 20); // µ-law
    header.writeUInt16LE(1, 22); // mono
    header.writeUInt32LE(pcmuRate, 24);
    header.writeUInt32LE(pcmuRate, 28);
    header.writeUInt16LE(1, 32);
    header.writeUInt16LE(8, 34);
    header.write("data", 38);
    header.writeUInt32LE(data.length, 42);
    return Buffer.concat([header, data]);
}
