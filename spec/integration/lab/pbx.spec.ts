import { afterEach, expect, test } from "vitest";
import { Linphone } from "../../../lab/world/Linphone.ts";
import { Pbx, pbx } from "../../../lab/world/Pbx.ts";
import { SippPhone } from "../../../lab/world/SippPhone.ts";
import type { Stoppable } from "../../../lab/world/LabProcess.ts";

const started: Stoppable[] = [];

function stopLater<T extends Stoppable>(thing: T): T {
    started.push(thing);
    return thing;
}

afterEach(async () => {
    for (const thing of started.splice(0).toReversed()) await thing.stop();
});

test("the desk phone registers with its password, and calls itself", async () => {
    const office = stopLater(await Pbx.start({ lineNumbers: "^0" }));
    const phone = await office.startPhone(440);
    phone.dial(`sip:${pbx.phone.user}@${pbx.domain}`);
    await phone.awaitEvent("CALL_INCOMING");
});

test("another password is refused", async () => {
    const office = stopLater(await Pbx.start({ lineNumbers: "^0" }));
    await expect(office.startPhone(440, "guessed")).rejects.toThrow("baresip is not registered");
});

test("a linphone registers where SHA-256 is asked for", async () => {
    const office = stopLater(await Pbx.start({ lineNumbers: "^0", algorithm: "SHA-256" }));
    const phone = stopLater(await Linphone.start({ toneHz: 440, codec: "PCMU", account: office.phoneAccount }));
    await phone.isRegistered();
});

test.each([
    ["MD5", /algorithm=MD5/],
    ["SHA-256", /algorithm=SHA-256/],
] as const)("a caller without credentials is challenged with %s", async (algorithm, shown) => {
    const office = stopLater(await Pbx.start({ lineNumbers: "^0", algorithm }));
    const caller = stopLater(await SippPhone.call({ toneHz: 620, to: `sip:200@${pbx.domain}`, via: office.server }));
    const challenge = await caller.trace.awaitReceived(/^SIP\/2\.0 407 /, 15_000);
    expect(challenge.text).toMatch(shown);
    expect(challenge.text).toMatch(/realm="pbx\.example"/);
});
