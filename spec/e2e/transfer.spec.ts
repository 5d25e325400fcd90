import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { until } from "../../lab/world/until.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { tones } from "../support/callEnd.ts";

const password = "correct-horse";

// The phone uses its own transfer function (REFER). All four combinations of who stays and who comes.
describe("a call that a desk phone transfers", () => {
    let world: World;
    let alice: MatrixClientPage;
    let bob: MatrixClientPage;
    let desk: Baresip;

    beforeAll(async () => {
        world = await World.start({
            configure: (config) => ({
                ...config,
                // this release of baresip gives up at a digest it does not know
                sip: { ...(config["sip"] as object), registrar: { algorithms: ["MD5"] } },
                accounts: [{ username: "desk", password, user: `@alice:${domain}`, displayName: "Alice's desk" }],
                dialling: { allow: [{ users: [`@alice:${domain}`], numbers: [numbers.phone] }] },
            }),
        });
        alice = await world.openClient("alice", { toneHz: tones.alice });
        bob = await world.openClient("bob", { toneHz: tones.bob });
    });
    beforeEach(async () => {
        desk = world.keepPhone(
            await Baresip.start({
                toneHz: tones.otherPhone,
                account: `sip:desk@${domain}`,
                accountParameters: `;auth_pass=${password};outbound="sip:127.0.0.1:${world.bridge.sip.port}"`,
            }),
        );
        await desk.isRegistered();
    });
    afterEach(async () => {
        await world.rtpengine.drained();
        await world.stopPhones();
    });
    afterAll(() => world.stop());

    /** The bridge is killed and started again. */
    async function crash(): Promise<void> {
        await world.bridge.kill();
        await world.bridge.start();
    }

    /** Bob is called by the desk phone, and they talk. */
    async function deskCallsBob(): Promise<string> {
        desk.dial(`sip:${numbers.bob}@${domain}`);
        const { callId } = await bob.awaitRinging();
        await bob.answer(callId);
        await desk.awaitEvent("CALL_ESTABLISHED");
        await Promise.all([desk.hears(tones.bob), bob.hears(callId, tones.otherPhone)]);
        return callId;
    }

    it("connects a caller behind the trunk with a Matrix user", async () => {
        const caller = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
        await desk.awaitEvent("CALL_INCOMING");
        desk.answer();
        await caller.isAnswered();
        await Promise.all([caller.tone.hears(tones.otherPhone), desk.hears(tones.phone)]);

        desk.transfer(`sip:${numbers.bob}@${domain}`);
        const { callId } = await bob.awaitRinging();
        await bob.answer(callId);
        await desk.awaitEvent("CALL_CLOSED");
        caller.tone.forget();
        await Promise.all([caller.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);

        await caller.hangUp();
        await bob.awaitState(callId, "ended");
        await caller.isDone();
    });

    it("connects a Matrix user with a phone behind the trunk, and survives a crash of the bridge before and after", async () => {
        const callId = await deskCallsBob();
        await crash();
        const callee = await world.phoneListens({ toneHz: tones.phone });
        desk.transfer(`sip:${numbers.phone}@${domain}`);
        const invite = await callee.isCalled();
        // as for every call of the desk phone: its user's caller ID
        expect(invite.text).toMatch(new RegExp(`^From: .*<sip:\\${numbers.alice}@`, "im"));
        await callee.answer();
        await desk.awaitEvent("CALL_CLOSED");
        await Promise.all([callee.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
        // Bob's client receives the name of the new party
        const ghost = `@sip_=2b${numbers.phone.slice(1)}:${domain}`;
        const isIdentity = ({ type, content }: { type: string; content: Record<string, unknown> }): boolean =>
            type === "m.call.asserted_identity" && JSON.stringify(content).includes(ghost);
        await bob.awaitEvent("the identity of the new party", isIdentity);

        await crash();
        callee.tone.forget();
        await Promise.all([callee.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
        await bob.hangUp(callId);
        await callee.isHungUp();
    });

    it("connects two Matrix users", async () => {
        const bobsCall = await deskCallsBob();
        desk.transfer(`sip:${numbers.alice}@${domain}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await desk.awaitEvent("CALL_CLOSED");
        await Promise.all([alice.hears(callId, tones.bob), bob.hears(bobsCall, tones.alice)]);

        await alice.hangUp(callId);
        await bob.awaitState(bobsCall, "ended");
    });

    it("connects two phones behind the trunk", async () => {
        const caller = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
        await desk.awaitEvent("CALL_INCOMING");
        desk.answer();
        await caller.isAnswered();
        const callee = await world.phoneListens({ toneHz: tones.bob });
        desk.transfer(`sip:${numbers.phone}@${domain}`);
        await callee.isCalled();
        await callee.answer();
        await desk.awaitEvent("CALL_CLOSED");
        caller.tone.forget();
        await Promise.all([caller.tone.hears(tones.bob), callee.tone.hears(tones.phone)]);

        await caller.hangUp();
        await callee.isHungUp();
        await caller.isDone();
    });

    it("goes on as before if the target rejects the call", async () => {
        const callId = await deskCallsBob();
        desk.transfer(`sip:${numbers.alice}@${domain}`);
        const ringing = await alice.awaitRinging();
        await alice.reject(ringing.callId);
        await desk.awaitEvent("TRANSFER_FAILED");
        await Promise.all([desk.hears(tones.bob), bob.hears(callId, tones.otherPhone)]);

        desk.hangUp();
        await bob.awaitState(callId, "ended");
    });

    it("goes on as before if the user of the phone may not call the target", async () => {
        const callId = await deskCallsBob();
        desk.transfer(`sip:+44900123456@${domain}`);
        // baresip reports no event for a 403
        const isRejected = (): true | undefined =>
            /"cause":"forbidden".*transfer rejected/.test(world.bridge.log()) ? true : undefined;
        await until(isRejected, { what: "the transfer to be rejected", timeoutMs: 10_000 });
        await Promise.all([desk.hears(tones.bob), bob.hears(callId, tones.otherPhone)]);
        desk.hangUp();
        await bob.awaitState(callId, "ended");
    });
});
