import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { Kamailio } from "../../lab/world/Kamailio.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";

const password = "correct-horse";

/** The bridge as the registrar behind an edge proxy (P-CSCF), which says by Path how phones are reached (RFC 3327). */
describe("a phone that registers with the bridge through Kamailio", () => {
    let world: World;
    let edge: Kamailio;
    let alice: MatrixClientPage;
    let bob: MatrixClientPage;
    let desk: Baresip;

    beforeAll(async () => {
        world = await World.start({
            configure: (config) => ({
                ...config,
                sip: {
                    ...(config["sip"] as object),
                    // this release of baresip gives up at a digest it does not know
                    registrar: { algorithms: ["MD5"] },
                    peers: [{ name: "edge", inboundNetworks: ["127.0.0.1"], trusted: true }],
                },
                accounts: [{ username: "desk", password, user: `@alice:${domain}`, displayName: "Alice's desk" }],
            }),
        });
        const { address, port } = world.bridge.sip;
        edge = await Kamailio.start({ role: "edge", define: { CORE: `sip:${address}:${port};transport=tcp` } });
        alice = await world.openClient("alice", { toneHz: tones.alice });
        bob = await world.openClient("bob", { toneHz: tones.bob });
        desk = world.keepPhone(
            await Baresip.start({
                toneHz: tones.otherPhone,
                account: `sip:desk@${address}:${port}`,
                accountParameters: `;auth_pass=${password};outbound="sip:${edge.address}:${edge.port}"`,
            }),
        );
        await desk.isRegistered();
    });
    afterAll(async () => {
        await world.stop();
        await edge.stop();
    });

    it("is called by the way it registered, and hung up on by it", async () => {
        const caller = await world.phoneCalls({ toneHz: tones.phone, to: `sip:${numbers.alice}@127.0.0.1` });
        const { callId } = await alice.awaitRinging();
        await desk.awaitEvent("CALL_INCOMING");
        expect(edge.log()).toContain("along the path: INVITE");
        desk.answer();
        await caller.isAnswered();
        await Promise.all([caller.tone.hears(tones.otherPhone), desk.hears(tones.phone)]);
        await caller.hangUp();

        await desk.awaitEvent("CALL_CLOSED");
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "answered_elsewhere" });
        await caller.isDone();
    });

    it("calls a Matrix user, and hangs up", async () => {
        desk.dial(`sip:${numbers.bob}@${world.bridge.sip.address}:${world.bridge.sip.port}`);
        const { callId, opponent } = await bob.awaitRinging();
        expect(opponent?.name).toBe("Alice's desk");
        await bob.answer(callId);
        await Promise.all([desk.hears(tones.bob), bob.hears(callId, tones.otherPhone)]);
        desk.hangUp();

        await expectEnded(world, bob, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("stays in the way of each call to its end", async () => {
        await expect.poll(() => edge.requestsWithinCalls()).toEqual(["ACK", "BYE", "ACK", "BYE"]);
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});
