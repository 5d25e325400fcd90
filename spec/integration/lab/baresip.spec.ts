import { afterEach, expect, test } from "vitest";
import { Baresip } from "../../../lab/world/Baresip.ts";
import { loopback } from "../../../lab/world/freePort.ts";
import { SippPhone } from "../../../lab/world/SippPhone.ts";
import type { Stoppable } from "../../../lab/world/LabProcess.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

const started: Stoppable[] = [];

function stopLater<T extends Stoppable>(thing: T): T {
    started.push(thing);
    return thing;
}

afterEach(async () => {
    await Promise.all(started.splice(0).map((thing) => thing.stop()));
});

test("baresip calls, hears and is heard, and hangs up", async () => {
    const baresip = stopLater(await Baresip.start({ toneHz: 440 }));
    const phone = stopLater(await SippPhone.listen({ toneHz: 620 }));
    baresip.dial(`sip:bob@${loopback}:${phone.port}`);
    await phone.isCalled();
    await baresip.awaitEvent("CALL_RINGING");
    await phone.answer();
    await Promise.all([phone.tone.hears(440), baresip.hears(620)]);
    baresip.hangUp();
    await phone.isHungUp();
    await phone.isDone();
});

test("baresip is called, answers, and is hung up on", async () => {
    const baresip = stopLater(await Baresip.start({ toneHz: 440 }));
    const via = { address: loopback, port: baresip.port };
    const from = '"Carol" <sip:carol@phones.example>';
    const phone = stopLater(await SippPhone.call({ toneHz: 620, to: `sip:phone@${loopback}`, via, from }));
    expect(await baresip.awaitEvent("CALL_INCOMING")).toMatchObject({ peerdisplayname: "Carol" });
    baresip.answer();
    await phone.isAnswered();
    await Promise.all([phone.tone.hears(440), baresip.hears(620)]);
    await phone.hangUp();
    await baresip.awaitEvent("CALL_CLOSED");
    await phone.isDone();
});

test("two of them talk over TLS, with SRTP", async () => {
    const certificates = makeCertificates({ caller: `IP:${loopback}`, callee: `IP:${loopback}` });
    const caller = stopLater(await Baresip.start({ toneHz: 440, tls: certificates.caller }));
    const callee = stopLater(await Baresip.start({ toneHz: 620, tls: certificates.callee }));
    caller.dial(`sip:phone@${loopback}:${callee.tlsPort};transport=tls`);
    await callee.awaitEvent("CALL_INCOMING");
    callee.answer();
    await Promise.all([caller.hears(620), callee.hears(440)]);
    caller.hangUp();
    await callee.awaitEvent("CALL_CLOSED");
});
