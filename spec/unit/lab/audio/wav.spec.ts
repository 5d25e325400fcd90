import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toneAtEnd, writeToneWav } from "../../../../lab/audio/wav.ts";

let folder: string;
let file: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wav-"));
    file = join(folder, "tone.wav");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the tone that was written is found, also while half a sample is", () => {
    writeToneWav(file, 440, 1);
    appendFileSync(file, Buffer.from([1]));
    expect(toneAtEnd(file)).toBeCloseTo(440, 0);
});

test("a recording of 48,000 samples a second counts six times as fast", () => {
    writeToneWav(file, 100, 4);
    expect(toneAtEnd(file, 48_000)).toBeCloseTo(600, 0);
});

test("less than half a second, silence and no file at all are null", () => {
    expect(toneAtEnd(file)).toBeNull();
    writeToneWav(file, 440, 0.4);
    expect(toneAtEnd(file)).toBeNull();
    writeToneWav(file, 0, 1);
    expect(toneAtEnd(file)).toBeNull();
});
