import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loopback } from "../../lab/world/freePort.ts";
import { ims, ImsNetwork } from "../../lab/world/ImsNetwork.ts";
import { domain, numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import type { Baresip } from "../../lab/world/Baresip.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

describe.each(["udp", "tcp"] as const)("the bridge as the gateway (IBCF) of an IMS-like core, over %s", (transport) => {
    let world: World;
    let network: ImsNetwork;
    let phone: Baresip;
    let alice: MatrixClientPage;

    /** The network's core is trusted: the entry of the trunk applies to it, not that of the phones of this machine. */
    function believingTheCore(config: BridgeConfig): BridgeConfig {
        const [trunk] = config["trunks"] as readonly BridgeConfig[];
        return {
            ...config,
            sip: { ...(config["sip"] as BridgeConfig), peers: [] },
            trunks: [{ ...trunk, transport, trusted: true, charging: { ioi: domain }, domains: [ims.domain] }],
            dialling: { allow: [{ users: [`@*:${domain}`], numbers: ["+*", `*@${ims.domain}`] }] },
        };
    }

    beforeAll(async () => {
        world = await World.start({ configure: believingTheCore });
        network = await ImsNetwork.start({
            core: { address: loopback, port: world.trunkPort },
            ibcf: { ...world.bridge.sip, transport },
            foreign: { domain, numbers: String.raw`^\+442079460101$` },
        });
        phone = await network.startPhone(tones.phone);
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(async () => {
        await network.stop();
        await world.stop();
    });

    it("a subscriber calls a user's number: the caller is whom the network asserts, and the phone hangs up", async () => {
        phone.dial(`sip:${numbers.alice}@${ims.domain}`);
        const { callId, opponent } = await alice.awaitRinging();
        expect(opponent).toEqual({ userId: `@sip_=2b${ims.number.slice(1)}:${domain}`, name: ims.name });
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.awaitEvent("CALL_CLOSED");
        const vector = `icid-value="[^"]+";orig-ioi=${ims.domain};term-ioi=${domain}`;
        const charged = network.core
            .log()
            .match(new RegExp(`answered \\d+ to \\w+: charging <${vector}> access <<null>>`, "g"));
        const answered = network.core.log().match(/answered (?!100)\d+ to \w+/g);
        expect(answered).toEqual(["answered 180 to INVITE", "answered 200 to INVITE", "answered 200 to BYE"]);
        expect(charged).toHaveLength(3);
    });

    it("where the network says that she is is kept from the user, and from the log but for debugging", async () => {
        const [{ callId } = { callId: "" }] = await alice.calls();
        expect(JSON.stringify(await alice.callEvents(callId))).not.toContain(cell);
        const lines = world.bridge.log().split("\n");
        const knowing = lines.filter((line) => line.includes(cell)).map((line) => JSON.parse(line) as LogLine);
        expect(knowing.map(({ level }) => level)).toEqual(knowing.map(() => "debug"));
        expect(knowing.map(({ message }) => message)).toContain("network context received");
    });

    it("a subscriber calls a user by Matrix address, and the user hangs up", async () => {
        const closedBefore = closedCalls(phone);
        phone.dial(`sip:alice@${domain}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        await expectEnded(world, alice, callId, "silent");
        await expect.poll(() => closedCalls(phone)).toBe(closedBefore + 1);
    });

    it("a user calls a subscriber's number, and the phone shows the user's", async () => {
        const callId = await alice.dialNumber(ims.number);
        const incoming = await phone.awaitEvent("CALL_INCOMING");
        expect(incoming.peeruri).toContain(numbers.alice);
        phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        await expectEnded(world, alice, callId, "silent");
    });

    it("each call kept to the way the network recorded, to its end", async () => {
        const threeCalls = ["ACK", "BYE", "ACK", "BYE", "ACK", "BYE"];
        await expect.poll(() => network.core.requestsWithinCalls()).toEqual(threeCalls);
        await expect.poll(() => network.edge.requestsWithinCalls()).toEqual(threeCalls);
    });

    it("gives the operator nothing to look at", () => expectQuietLog(world));
});

interface LogLine {
    readonly level: string;
    readonly message: string;
}

/** Which the edge says its phones are in. */
const cell = "234151D0FCE11";

function closedCalls(phone: Baresip): number {
    return phone.events().filter(({ type }) => type === "CALL_CLOSED").length;
}
