import { afterEach, expect, test } from "vitest";
import { freePort, loopback } from "../../../lab/world/freePort.ts";
import { ims, ImsNetwork } from "../../../lab/world/ImsNetwork.ts";
import { SippPhone } from "../../../lab/world/SippPhone.ts";
import type { Stoppable } from "../../../lab/world/LabProcess.ts";

const started: Stoppable[] = [];

function stopLater<T extends Stoppable>(thing: T): T {
    started.push(thing);
    return thing;
}

async function network(): Promise<{ ims: ImsNetwork; gatewayPort: number }> {
    const gatewayPort = await freePort();
    const foreign = { domain: "elsewhere.example", numbers: String.raw`^\+442079460101$` };
    const ibcf = { address: loopback, port: gatewayPort };
    return { ims: stopLater(await ImsNetwork.start({ ibcf, foreign })), gatewayPort };
}

afterEach(async () => {
    for (const thing of started.splice(0).toReversed()) await thing.stop();
});

test("a subscriber calls a foreign number; the network asserts who she is, and stays in the way", async () => {
    const { ims: network_, gatewayPort } = await network();
    const gateway = stopLater(await SippPhone.listen({ toneHz: 620, port: gatewayPort }));
    const phone = await network_.startPhone(440);
    phone.dial("sip:+442079460101@ims.example");
    const invite = await gateway.isCalled();
    expect(invite.text).toMatch(/^P-Asserted-Identity: "Dora Desk" <sip:\+442079460500@ims\.example;user=phone>/im);
    expect(invite.text).toMatch(/^From:.*<sip:dora@ims\.example>/im);
    expect(invite.text.match(/^Record-Route:/gim)).toHaveLength(4);
    await gateway.answer();
    await Promise.all([gateway.tone.hears(440), phone.hears(620)]);
    phone.hangUp();
    await gateway.isHungUp();
    await gateway.isDone();
});

test("the gateway calls the subscriber's number, which leads along the path her registration took", async () => {
    const { ims: network_ } = await network();
    const phone = await network_.startPhone(440);
    const gateway = stopLater(
        await SippPhone.call({
            toneHz: 620,
            to: `sip:${ims.number}@${ims.domain}`,
            via: network_.core,
            extraHeaders: ["P-Asserted-Identity: <sip:+442079460101@elsewhere.example>"],
        }),
    );
    await phone.awaitEvent("CALL_INCOMING");
    phone.answer();
    await gateway.isAnswered();
    await Promise.all([gateway.tone.hears(440), phone.hears(620)]);
    await gateway.hangUp();
    await phone.awaitEvent("CALL_CLOSED");
    await gateway.isDone();
});

test("a caller whom the other network does not answer for is refused", async () => {
    const { ims: network_ } = await network();
    const to = `sip:${ims.number}@${ims.domain}`;
    const gateway = stopLater(await SippPhone.call({ toneHz: 620, to, via: network_.core }));
    expect((await gateway.isRefused()).startLine).toMatch(/ 403 /);
});
