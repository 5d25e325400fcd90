import { afterEach, expect, test } from "vitest";
import { loopback } from "../../../lab/world/freePort.ts";
import { SippPhone } from "../../../lab/world/SippPhone.ts";
import type { Refusal } from "../../../lab/world/SippPhone.ts";

const phones: SippPhone[] = [];

/** Two phones, one calling the other directly. */
async function twoPhones(): Promise<{ caller: SippPhone; callee: SippPhone }> {
    const callee = await SippPhone.listen({ toneHz: 440 });
    phones.push(callee);
    const via = { address: loopback, port: callee.port };
    const caller = await SippPhone.call({ toneHz: 620, to: "sip:bob@phones.example", via, extraHeaders: ["X-Lab: 1"] });
    phones.push(caller);
    return { caller, callee };
}

afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.stop()));
});

test("talk, and the caller hangs up", async () => {
    const { caller, callee } = await twoPhones();
    const invite = await callee.isCalled();
    expect(invite.text).toContain("X-Lab: 1");
    await caller.isRinging();
    await callee.answer();
    await caller.isAnswered();
    await caller.tone.hears(440);
    await callee.tone.hears(620);
    await caller.hangUp();
    await callee.isHungUp();
    await Promise.all([caller.isDone(), callee.isDone()]);
});

test("the callee hangs up", async () => {
    const { caller, callee } = await twoPhones();
    await callee.isCalled();
    await callee.answer();
    await caller.isAnswered();
    await callee.hangUp();
    await caller.isHungUp();
    await Promise.all([caller.isDone(), callee.isDone()]);
});

test("the caller gives up while it rings", async () => {
    const { caller, callee } = await twoPhones();
    await caller.isRinging();
    await caller.hangUp();
    await callee.isHungUp();
    await Promise.all([caller.isDone(), callee.isDone()]);
});

test.each<[Refusal, RegExp]>([
    ["busy", / 486 /],
    ["decline", / 603 /],
    ["not found", / 404 /],
    ["unavailable", / 480 /],
    ["broken", / 503 /],
])("a callee who is %s is reported with its status code", async (refusal, code) => {
    const { caller, callee } = await twoPhones();
    await callee.isCalled();
    await callee.refuse(refusal);
    const response = await caller.isRefused();
    expect(response.startLine).toMatch(code);
    await Promise.all([caller.isDone(), callee.isDone()]);
});

test("both hang up at the same time, and neither waits for the other", async () => {
    const { caller, callee } = await twoPhones();
    await callee.isCalled();
    await callee.answer();
    await caller.isAnswered();
    await caller.hangUpAfterBye();
    await callee.hangUp();
    expect((await callee.isHungUp()).startLine).toMatch(/^BYE /);
    await caller.isDone();
});
