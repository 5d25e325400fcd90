import { expect, test } from "vitest";
import { decodeUlaw, encodeUlaw } from "../../../../lab/audio/g711.ts";

// ITU-T G.711 table 2a: the decision values' codes, and silence.
test.each([
    { sample: 0, code: 0xff },
    { sample: 32_635, code: 0x80 },
    { sample: -32_635, code: 0x00 },
    { sample: 8, code: 0xfe },
    { sample: -8, code: 0x7e },
])("encodes $sample as $code", ({ sample, code }) => {
    expect(encodeUlaw(sample)).toBe(code);
});

test("decodes what it encodes to within half a quantisation step", () => {
    for (let sample = -32_000; sample <= 32_000; sample += 37) {
        const error = Math.abs(decodeUlaw(encodeUlaw(sample)) - sample);
        expect(error).toBeLessThanOrEqual(Math.max(4, (Math.abs(sample) + 132) / 32));
    }
});
