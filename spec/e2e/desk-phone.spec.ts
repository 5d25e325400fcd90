import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";

const password = "correct-horse";

/** A desk phone (baresip) with an account of Alice's. */
describe("a phone that belongs to a Matrix user", () => {
    let world: World;
    let alice: MatrixClientPage;
    let bob: MatrixClientPage;
    let desk: Baresip;
    const toAlice = { toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` };

    const startDesk = (auth: string): Promise<Baresip> =>
        Baresip.start({
            toneHz: tones.otherPhone,
            account: `sip:desk@${domain}`,
            accountParameters: `;auth_pass=${auth};outbound="sip:127.0.0.1:${world.bridge.sip.port}"`,
        });

    // as phones do: what was typed, at the realm, which is the homeserver's
    const dial = (number: string): void => desk.dial(`sip:${number}@${domain}`);

    beforeAll(async () => {
        world = await World.start({
            configure: (config) => ({
                ...config,
                // this release of baresip gives up at a digest it does not know
                sip: { ...(config["sip"] as object), registrar: { algorithms: ["MD5"] } },
                accounts: [{ username: "desk", password, user: `@alice:${domain}`, displayName: "Alice's desk" }],
            }),
        });
        alice = await world.openClient("alice", { toneHz: tones.alice });
        bob = await world.openClient("bob", { toneHz: tones.bob });
    });
    beforeEach(async () => {
        desk = world.keepPhone(await startDesk(password));
        await desk.isRegistered();
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    it("rings together with Element, and answers", async () => {
        const caller = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await desk.awaitEvent("CALL_INCOMING");
        await caller.isRinging();
        desk.answer();
        await caller.isAnswered();
        await alice.awaitState(callId, "ended");
        await Promise.all([caller.tone.hears(tones.otherPhone), desk.hears(tones.phone)]);
        await caller.hangUp();

        await desk.awaitEvent("CALL_CLOSED");
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "answered_elsewhere" });
        await caller.isDone();
    });

    it("stops ringing when Element answers", async () => {
        const caller = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await desk.awaitEvent("CALL_INCOMING");
        await alice.answer(callId);
        await caller.isAnswered();
        await desk.awaitEvent("CALL_CLOSED");
        await Promise.all([caller.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);

        await caller.isHungUp();
        await expectEnded(world, alice, callId, "silent");
        await caller.isDone();
    });

    it("is busy, and Element rings on", async () => {
        const caller = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await desk.awaitEvent("CALL_INCOMING");
        desk.hangUp();
        await desk.awaitEvent("CALL_CLOSED");
        await alice.answer(callId);
        await caller.isAnswered();
        await caller.hangUp();

        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await caller.isDone();
    });

    it("stops ringing when the call is declined in Element", async () => {
        const caller = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await desk.awaitEvent("CALL_INCOMING");
        await alice.reject(callId);

        expect((await caller.isRefused()).startLine).toMatch(/ 603 /);
        await desk.awaitEvent("CALL_CLOSED");
        await expectEnded(world, alice, callId, "silent");
    });

    it("stops ringing when the caller gives up", async () => {
        const caller = await world.phoneCalls(toAlice);
        const { callId } = await alice.awaitRinging();
        await desk.awaitEvent("CALL_INCOMING");
        await caller.isRinging();
        await caller.hangUp();

        await desk.awaitEvent("CALL_CLOSED");
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("calls a number as its user, over the trunk", async () => {
        const callee = await world.phoneListens({ toneHz: tones.phone });
        dial(numbers.phone);
        const invite = await callee.isCalled();
        // the trunk's rule for its caller ids, as for Alice's calls from Element
        expect(invite.text).toMatch(new RegExp(`^From: .*<sip:\\${numbers.alice}@`, "im"));
        await callee.answer();
        await desk.awaitEvent("CALL_ESTABLISHED");
        await Promise.all([callee.tone.hears(tones.otherPhone), desk.hears(tones.phone)]);
        desk.hangUp();

        expect((await callee.isHungUp()).startLine).toMatch(/^BYE /);
        await callee.isDone();
        await world.rtpengine.drained();
    });

    it("calls a Matrix user, who sees whose phone it is", async () => {
        dial(numbers.bob);
        const { callId, roomId } = await bob.awaitRinging();
        await bob.answer(callId);
        await desk.awaitEvent("CALL_ESTABLISHED");
        await Promise.all([bob.hears(callId, tones.otherPhone), desk.hears(tones.bob)]);
        const ghost = await bob.awaitEvent(
            "the member the phone calls as",
            (event) => event.type === "m.room.member" && event.content["displayname"] === "Alice's desk",
        );
        expect(ghost.roomId).toBe(roomId);
        await bob.hangUp(callId);

        await desk.awaitEvent("CALL_CLOSED");
        await expectEnded(world, bob, callId, "silent");
    });

    it("is found again after a restart of the bridge", async () => {
        await world.bridge.restart();
        const caller = await world.phoneCalls(toAlice);
        await desk.awaitEvent("CALL_INCOMING");
        desk.answer();
        await caller.isAnswered();
        await caller.hangUp();
        await desk.awaitEvent("CALL_CLOSED");
        await caller.isDone();
        await world.rtpengine.drained();
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));

    it("is not let in with a wrong password", async () => {
        const thief = world.keepPhone(await startDesk("wrong"));
        await expect(thief.isRegistered()).rejects.toThrow(/403 Forbidden/);
        expect(world.bridge.log()).toContain("phone rejected: wrong user name or password");
    });
});
