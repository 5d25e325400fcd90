import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { Linphone } from "../../lab/world/Linphone.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import type { SipMessage } from "../../lab/world/SipTrace.ts";
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
                sip: { ...(config["sip"] as object), peers: [], registrar: { algorithms: ["MD5"] } },
                trunks: (config["trunks"] as readonly object[]).map((trunk) => ({
                    ...trunk,
                    trusted: true,
                    transfers: "allow",
                })),
                accounts: [
                    { username: "desk", password, user: `@alice:${domain}`, displayName: "Alice's desk" },
                    { username: "soft", password, user: `@carol:${domain}` },
                ],
                dialling: { allow: [{ users: [`@alice:${domain}`, `@carol:${domain}`], numbers: [numbers.phone] }] },
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
        // each phone receives the identity of the other one
        const [toCaller, toCallee] = await Promise.all(
            [caller, callee].map((phone) => phone.trace.awaitReceived(/^UPDATE /, 5_000)),
        );
        expect(toCaller?.text).toMatch(new RegExp(`^P-Asserted-Identity: .*<sip:\\${numbers.phone}@`, "im"));
        expect(toCallee?.text).toMatch(/^P-Asserted-Identity: "Lab phone" <sip:\+493012345678@/im);

        await caller.hangUp();
        await callee.isHungUp();
        await callee.isDone();
        await caller.isDone();
    });

    describe("by a linphone", () => {
        let phone: Linphone;

        beforeEach(async () => {
            const { address, port } = world.bridge.sip;
            const account = { address: `sip:soft@${domain}`, password, registrar: `sip:${address}:${port}` };
            phone = world.keepPhone(await Linphone.start({ toneHz: tones.otherPhone, codec: "PCMU", account }));
            await phone.isRegistered();
        });

        /** Bob is called by the linphone, and they talk. */
        async function phoneCallsBob(): Promise<string> {
            phone.dial(`sip:${numbers.bob}@${domain}`);
            const { callId } = await bob.awaitRinging();
            await bob.answer(callId);
            await Promise.all([phone.hears(tones.bob), bob.hears(callId, tones.otherPhone)]);
            return callId;
        }

        it("to the party of its other call connects both (REFER with Replaces)", async () => {
            const callId = await phoneCallsBob();
            const callee = await world.phoneListens({ toneHz: tones.phone });
            phone.hold();
            await bob.awaitHeldByOther(callId, true);
            phone.dial(`sip:${numbers.phone}@${domain}`);
            await callee.isCalled();
            await callee.answer();
            await callee.tone.hears(tones.otherPhone);

            phone.transferToCall(1, 2);
            await Promise.all([callee.tone.hears(tones.bob), bob.hears(callId, tones.phone)]);
            await bob.awaitHeldByOther(callId, false);
            const update = await callee.trace.awaitReceived(/^UPDATE /, 5_000);
            expect(update.text).toMatch(/^P-Asserted-Identity: .*<sip:/im);

            await bob.hangUp(callId);
            await callee.isHungUp();
            await callee.isDone();
        });

        it.each([
            ["rejects the call", numbers.alice],
            ["may not be called by the user of the phone", "+44900123456"],
        ])("goes on as before if the target %s", async (_, target) => {
            const callId = await phoneCallsBob();
            const before = failedTransfers();
            phone.transfer(`sip:${target}@${domain}`);
            if (target === numbers.alice) await alice.reject((await alice.awaitRinging()).callId);
            const hasFailed = (): true | undefined => (failedTransfers() > before ? true : undefined);
            await until(hasFailed, { what: "the transfer to fail", timeoutMs: 10_000 });
            await Promise.all([phone.hears(tones.bob), bob.hears(callId, tones.otherPhone)]);
            await bob.awaitState(callId, "connected");
            // after a 403 the console of the linphone asks for a password, and reads no command
            await bob.hangUp(callId);
        });

        function failedTransfers(): number {
            return world.bridge.log().split('"event":"transferFailed"').length - 1;
        }
    });

    // As a PBX does it after an attended transfer on its side.
    it("goes on with a phone of the trunk that replaces the caller (INVITE with Replaces)", async () => {
        const caller = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        const answer = await caller.isAnswered();
        await Promise.all([caller.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);

        const from = '"Front Desk" <sip:+442079460777@phones.example>';
        const to = /^Contact: <(.*)>/m.exec(answer.text)?.[1] ?? "";
        const other = await world.phoneCalls({
            toneHz: tones.otherPhone,
            to,
            from,
            extraHeaders: [`Replaces: ${replacesOf(answer)}`, "Require: replaces"],
        });
        await other.isAnswered();
        await caller.isHungUp();
        await caller.isDone();
        await Promise.all([other.tone.hears(tones.alice), alice.hears(callId, tones.otherPhone)]);
        const isIdentity = ({ type, content }: { type: string; content: Record<string, unknown> }): boolean =>
            type === "m.call.asserted_identity" && JSON.stringify(content).includes("Front Desk");
        await alice.awaitEvent("the identity of the new party", isIdentity);

        await other.hangUp();
        await alice.awaitState(callId, "ended");
        await other.isDone();
    });

    it("is picked up by another phone of the trunk while it rings (INVITE with Replaces)", async () => {
        const ringing = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        await ringing.isCalled();
        const rings = await ringing.trace.awaitSent(/^SIP\/2\.0 180 /, 5_000);
        const picker = await world.phoneCalls({
            toneHz: tones.otherPhone,
            to: `sip:${numbers.alice}@127.0.0.1`,
            from: '"Second Desk" <sip:+442079460778@phones.example>',
            extraHeaders: [`Replaces: ${replacesOf(rings, "caller")};early-only`, "Require: replaces"],
        });
        await picker.isAnswered();
        const cancel = await ringing.trace.awaitReceived(/^CANCEL /, 5_000);
        expect(cancel.text).toMatch(/^Reason: SIP;cause=200/im);
        await alice.awaitState(callId, "connected");
        await Promise.all([picker.tone.hears(tones.alice), alice.hears(callId, tones.otherPhone)]);
        const isIdentity = ({ type, content }: { type: string; content: Record<string, unknown> }): boolean =>
            type === "m.call.asserted_identity" && JSON.stringify(content).includes("Second Desk");
        await alice.awaitEvent("the identity of the new party", isIdentity);

        await picker.hangUp();
        await alice.awaitState(callId, "ended");
        await picker.isDone();
    });

    it("is not found by a phone that names an unknown dialog to be replaced", async () => {
        const phone = await world.phoneCalls({
            toneHz: tones.phone,
            to: `sip:${numbers.alice}@127.0.0.1`,
            extraHeaders: ["Replaces: unknown@phones.example;to-tag=1;from-tag=2"],
        });
        expect((await phone.isRefused()).startLine).toMatch(/ 481 /);
        await phone.isDone();
    });
});

/** The dialog of a call, as a Replaces header names it to the party that was called, or to its caller (RFC 3891, section 6.1). */
function replacesOf({ text }: SipMessage, recipient: "callee" | "caller" = "callee"): string {
    const valueOf = (header: RegExp): string => header.exec(text)?.[1]?.trim() ?? "";
    const tags = [valueOf(/^To:.*;tag=(.*)$/m), valueOf(/^From:.*;tag=(.*)$/m)];
    const [toTag, fromTag] = recipient === "callee" ? tags : tags.reverse();
    return `${valueOf(/^Call-ID:(.*)$/m)};to-tag=${toTag};from-tag=${fromTag}`;
}
