import { afterAll, beforeAll, expect, test } from "vitest";
import { addOddLine } from "../../../lab/fuzz/oddSdp.ts";
import { Random } from "../../../lab/fuzz/Random.ts";
import { readDescription } from "../../../lib/sdp/readDescription.ts";
import { phone } from "../../support/descriptions.ts";
import { MediaWorld } from "../../support/mediaWorld.ts";

let world: MediaWorld;

beforeAll(async () => {
    world = await MediaWorld.start();
});
afterAll(() => world.stop());

test("rtpengine offers and answers a browser what a phone means, whatever odd line it writes", async () => {
    const plain = phone({ payloads: "0 101", formats: ["a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000"] });
    for (let seed = 0; seed < 300; seed++) {
        const reading = readDescription(addOddLine(new Random(seed), plain));
        if (reading.kind !== "usable") throw new Error(`seed ${seed}: ${reading.kind}`);
        const outbound = world.open("rtp", "webrtc");
        const offered = await outbound.offer(reading.sdp).catch((error: unknown) => {
            throw new Error(`seed ${seed}: ${JSON.stringify(reading.sdp)}`, { cause: error });
        });
        expect(offered, `seed ${seed}`).toMatch(/^m=audio [1-9]\d* UDP\/TLS\/RTP\/SAVPF .*\b0\b/m);
        await outbound.release();
        const inbound = world.open("rtp", "rtp");
        await inbound.offer(plain);
        const answered = await inbound.answer(reading.sdp);
        expect(answered, `seed ${seed}`).toMatch(/^m=audio [1-9]\d* RTP\/AVP 0 101\r$/m);
        await inbound.release();
    }
}, 60_000);
