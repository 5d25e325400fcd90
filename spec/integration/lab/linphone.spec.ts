import { afterEach, expect, test } from "vitest";
import { loopback } from "../../../lab/world/freePort.ts";
import { Linphone } from "../../../lab/world/Linphone.ts";
import { SippPhone } from "../../../lab/world/SippPhone.ts";
import type { Stoppable } from "../../../lab/world/LabProcess.ts";

const started: Stoppable[] = [];

function stopLater<T extends Stoppable>(thing: T): T {
    started.push(thing);
    return thing;
}

afterEach(async () => {
    await Promise.all(started.splice(0).map((thing) => thing.stop()));
});

test("linphone calls, hears and is heard, and hangs up", async () => {
    const linphone = stopLater(await Linphone.start({ toneHz: 440, codec: "PCMU" }));
    const phone = stopLater(await SippPhone.listen({ toneHz: 620 }));
    linphone.dial(`sip:bob@${loopback}:${phone.port}`);
    await phone.isCalled();
    await linphone.isRinging();
    await phone.answer();
    await Promise.all([phone.tone.hears(440), linphone.hears(620)]);
    linphone.hangUp();
    await phone.isHungUp();
    await phone.isDone();
});

test("linphone is called twice, answers, and is hung up on", async () => {
    const linphone = stopLater(await Linphone.start({ toneHz: 440, codec: "PCMU" }));
    const via = { address: loopback, port: linphone.port };
    const from = '"Carol" <sip:carol@phones.example>';
    for (const toneHz of [620, 740]) {
        const phone = stopLater(await SippPhone.call({ toneHz, to: `sip:phone@${loopback}`, via, from }));
        expect(await linphone.isCalled()).toBe('"Carol" <sip:carol@phones.example>');
        linphone.answer();
        await phone.isAnswered();
        await linphone.isConnected();
        await Promise.all([phone.tone.hears(440), linphone.hears(toneHz)]);
        await phone.hangUp();
        await linphone.isOver();
        await phone.isDone();
    }
});
