import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loopback } from "../../lab/world/freePort.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectDiscreetLog, expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

/** An address of this machine that is not trusted with caller identities. */
const elsewhere = "127.0.0.3";
/** Numbers Ofcom keeps free for drama. */
const caller = "+442079460601";
const reception = "+442079460602";

/** One peer is a carrier we trust, another is not; the trunk receives every identity header. */
function withPeers(config: BridgeConfig): BridgeConfig {
    const [trunk] = config["trunks"] as readonly BridgeConfig[];
    const peers = [
        { name: "carrier", inboundNetworks: [loopback], trusted: true },
        { name: "untrusted", inboundNetworks: [elsewhere] },
    ];
    return {
        ...config,
        sip: { ...(config["sip"] as BridgeConfig), peers },
        trunks: [
            {
                ...trunk,
                identity: ["asserted", "preferred", "remote-party-id"],
                callerIds: { [`@bob:${domain}`]: "anonymous" },
            },
        ],
    };
}

describe("who calls", () => {
    let world: World;
    let alice: MatrixClientPage;
    let bob: MatrixClientPage;

    beforeAll(async () => {
        world = await World.start({ configure: withPeers });
        alice = await world.openClient("alice", { toneHz: tones.alice });
        bob = await world.openClient("bob", { toneHz: tones.bob });
    });
    afterEach(() => world.stopPhones());
    afterAll(() => world.stop());

    const toAlice = { toneHz: tones.phone, to: `sip:${numbers.alice}@${loopback}` };
    const asserted = [
        `P-Asserted-Identity: "Carol" <sip:${caller};verstat=TN-Validation-Passed@carrier.example;user=phone>`,
        `Diversion: <sip:${reception}@carrier.example>;reason=no-answer`,
    ];

    /** Rings alice, and gives up once what she was shown has been seen. */
    async function shownToAlice(
        headers: readonly string[],
        address = loopback,
    ): Promise<{ readonly opponent: unknown; readonly shown: readonly unknown[] }> {
        const phone = await world.phoneCalls({ ...toAlice, address, extraHeaders: headers });
        const { callId, opponent, roomId } = await alice.awaitRinging();
        const events = (await alice.events()).filter((event) => event.roomId === roomId);
        const invite = events.findIndex(({ content }) => content["call_id"] === callId);
        const shown = events
            .slice(0, invite)
            .filter(({ content }) => content["msgtype"] === "m.notice")
            .map(({ content }) => content["body"]);
        await phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        return { opponent, shown };
    }

    it("is whom a trusted carrier asserts; how the call came is shown before it rings", async () => {
        expect(await shownToAlice(asserted)).toEqual({
            opponent: { userId: `@sip_=2b${caller.slice(1)}:${domain}`, name: "Carol" },
            shown: ["Call via +44 20 7946 0602. The carrier has verified the caller's number."],
        });
    });

    it("is taken from From if an untrusted peer asserts another one", async () => {
        expect(await shownToAlice(asserted, elsewhere)).toMatchObject({
            opponent: { userId: `@sip_=2b493012345678:${domain}` },
            shown: [],
        });
    });

    it("is anonymous if the caller requests privacy", async () => {
        expect(await shownToAlice(["Privacy: id", ...asserted.slice(0, 1)])).toMatchObject({
            opponent: { name: "Anonymous" },
            shown: [],
        });
    });

    it("is sent to the trunk in the configured headers", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await alice.dialNumber(numbers.phone);
        const invite = await phone.isCalled();
        expect(invite.text).toMatch(new RegExp(`^P-Asserted-Identity: .*sip:\\${numbers.alice}@`, "m"));
        expect(invite.text).toMatch(new RegExp(`^P-Preferred-Identity: .*sip:\\${numbers.alice}@`, "m"));
        expect(invite.text).toMatch(/^Remote-Party-ID: .*;privacy=off\r?$/im);
        expect(invite.text).not.toMatch(/^Privacy:/m);
        await phone.refuse("busy");
        await expectEnded(world, alice, callId, { type: "m.call.reject", reason: "user_busy" });
    });

    it("is sent to the trunk, and withheld from the callee", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone });
        const callId = await bob.dialNumber(numbers.phone);
        const invite = await phone.isCalled();
        expect(invite.text).toMatch(/^From: .*sip:anonymous@anonymous\.invalid/m);
        expect(invite.text).toMatch(/^Privacy: id\r?$/m);
        expect(invite.text).toMatch(new RegExp(`^P-Asserted-Identity: .*sip:\\${numbers.alice}@`, "m"));
        await phone.refuse("busy");
        await expectEnded(world, bob, callId, { type: "m.call.reject", reason: "user_busy" });
    });

    it("does not appear in the log", () => {
        expectQuietLog(world);
        expectDiscreetLog(world, caller, reception);
    });
});
