import { afterAll, beforeAll, expect, test } from "vitest";
import { Chromium } from "../../../lab/world/Chromium.ts";
import { Synapse } from "../../../lab/world/Synapse.ts";
import type { MatrixClientPage } from "../../../lab/world/MatrixClientPage.ts";

let synapse: Synapse;
let chromium: Chromium;
let alice: MatrixClientPage;
let bob: MatrixClientPage;
let bobsTablet: MatrixClientPage;

beforeAll(async () => {
    [synapse, chromium] = await Promise.all([Synapse.start(), Chromium.start()]);
    const devices = [
        await synapse.registerUser("alice", "Alice"),
        await synapse.registerUser("bob", "Bob"),
        await synapse.loginAgain("bob"),
    ] as const;
    [alice, bob, bobsTablet] = await Promise.all([
        chromium.openClient(devices[0], { toneHz: 440, joinsOnInvite: false }),
        chromium.openClient(devices[1], { toneHz: 620, joinsOnInvite: true }),
        chromium.openClient(devices[2], { toneHz: 800, joinsOnInvite: false }),
    ]);
});

afterAll(async () => {
    await Promise.all([chromium.stop(), synapse.stop()]);
});

test("two users talk; the device that does not answer receives the end", async () => {
    const room = await alice.createDirectRoom("@bob:matrix.example");
    await alice.awaitEvent("Bob's join", ({ type, stateKey, content }) => {
        return type === "m.room.member" && stateKey === "@bob:matrix.example" && content["membership"] === "join";
    });
    const callId = await alice.placeCall(room);
    const [ringing] = await Promise.all([bob.awaitRinging(), bobsTablet.awaitRinging()]);
    expect(ringing).toMatchObject({ callId, direction: "inbound", opponent: { name: "Alice" } });

    await bob.answer(callId);
    await Promise.all([alice.awaitState(callId, "connected"), bob.awaitState(callId, "connected")]);
    await bob.hears(callId, 440);
    await alice.hears(callId, 620);
    await bobsTablet.awaitState(callId, "ended");

    await bob.hangUp(callId);
    const ended = await alice.awaitState(callId, "ended");
    expect(ended.endReason).toBe("user_hangup");
    const types = (await alice.callEvents(callId)).map(({ type }) => type);
    expect(types[0]).toBe("m.call.invite");
    expect(types.filter((type) => type !== "m.call.candidates")).toEqual([
        "m.call.invite",
        "m.call.answer",
        "m.call.select_answer",
        "m.call.hangup",
    ]);
});

test("a call can be declined", async () => {
    const room = await alice.createDirectRoom("@bob:matrix.example");
    const callId = await alice.placeCall(room);
    const ringing = await bob.awaitRinging();
    await bob.reject(ringing.callId);
    expect(await alice.awaitState(callId, "ended")).toMatchObject({ state: "ended" });
});
