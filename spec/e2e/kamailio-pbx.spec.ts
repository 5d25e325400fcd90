import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loopback } from "../../lab/world/freePort.ts";
import { Linphone } from "../../lab/world/Linphone.ts";
import { Pbx, pbx } from "../../lab/world/Pbx.ts";
import { until } from "../../lab/world/until.ts";
import { numbers, World } from "../../lab/world/World.ts";
import { expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";
import type { Baresip } from "../../lab/world/Baresip.ts";
import type { BridgeConfig } from "../../lab/world/Bridge.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";

interface LogLine {
    readonly level: string;
    readonly message: string;
    readonly trunk?: string;
    readonly status?: number;
}

function linesOf(world: World): readonly LogLine[] {
    const lines = world.bridge.log().split("\n");
    return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine);
}

function lineAbout(world: World, trunk: string, message: RegExp): Promise<LogLine> {
    const find = (): LogLine | undefined =>
        linesOf(world).find((line) => line.trunk === trunk && message.test(line.message));
    return until(find, { what: `the bridge to log ${message.source} of ${trunk}`, timeoutMs: 10_000 });
}

describe("a PBX that challenges, and that the bridge registers with", () => {
    let office: Pbx;
    let modern: Pbx;
    let world: World;
    let phone: Baresip;
    let modernPhone: Linphone;
    let alice: MatrixClientPage;

    function registering(config: BridgeConfig): BridgeConfig {
        const trunk = (at: Pbx) => ({
            address: `${loopback}:${at.server.port}`,
            register: true,
            username: pbx.line.user,
            password: pbx.line.password,
            callerId: numbers.alice,
        });
        return {
            ...config,
            sip: { ...(config["sip"] as BridgeConfig), peers: [] },
            trunks: [
                { ...trunk(office), name: "office" },
                { ...trunk(modern), name: "modern", prefixes: ["+44999"] },
                { ...trunk(office), name: "locked-out", prefixes: ["+44888"], password: "guessed" },
            ],
        };
    }

    beforeAll(async () => {
        [office, modern] = await Promise.all([
            Pbx.start({ lineNumbers: "^020794601" }),
            Pbx.start({ lineNumbers: "^020794601", algorithm: "SHA-256" }),
        ]);
        world = await World.start({ configure: registering });
        phone = await office.startPhone(tones.phone);
        modernPhone = await Linphone.start({ toneHz: tones.otherPhone, codec: "PCMA", account: modern.phoneAccount });
        await modernPhone.isRegistered();
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterAll(async () => {
        await world.stop();
        await modernPhone.stop();
        await Promise.all([office.stop(), modern.stop()]);
    });

    it.each(["office", "modern"])("the bridge is registered with %s", async (trunk) => {
        expect(await lineAbout(world, trunk, /^trunk registered$/)).toMatchObject({ level: "info" });
    });

    it("a wrong password is logged once, with the reason", async () => {
        const refused = await lineAbout(world, "locked-out", /^trunk registration/);
        expect(refused).toMatchObject({ level: "warn", status: 401 });
        expect(refused.message).toBe("trunk registration rejected");
    });

    it("a call fails over to the next trunk if the password is wrong, and the log says so", async () => {
        const callId = await alice.dialNumber("+448880000");
        await phone.awaitEvent("CALL_INCOMING");
        await alice.hangUp(callId);
        await phone.awaitEvent("CALL_CLOSED");
        const refused = await lineAbout(world, "locked-out", /password$/);
        expect(refused).toMatchObject({ level: "warn", message: "trunk rejects username and password" });
        await world.rtpengine.drained();
    });

    it("the desk phone calls a user's number, and hangs up", async () => {
        await lineAbout(world, "office", /^trunk registered$/);
        phone.dial(`sip:02079460101@${pbx.domain}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        phone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it("a user calls a number at the PBX, which asks for the line's password, and hangs up", async () => {
        const after = phone.events().length;
        const callId = await alice.dialNumber(numbers.phone);
        const incoming = await phone.awaitEvent("CALL_INCOMING", { after });
        expect(incoming.peeruri).toContain(numbers.alice);
        phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);
        await expectEnded(world, alice, callId, "silent");
    });

    it("digests may be SHA-256: both call each other through the other PBX", async () => {
        const out = await alice.dialNumber("+449990000");
        await modernPhone.isCalled();
        modernPhone.answer();
        await alice.awaitState(out, "connected");
        await Promise.all([modernPhone.hears(tones.alice), alice.hears(out, tones.otherPhone)]);
        await alice.hangUp(out);
        await modernPhone.isOver();
        await expectEnded(world, alice, out, "silent");

        modernPhone.dial(`sip:02079460101@${pbx.domain}`);
        const { callId } = await alice.awaitRinging();
        await alice.answer(callId);
        await alice.awaitState(callId, "connected");
        await Promise.all([modernPhone.hears(tones.alice), alice.hears(callId, tones.otherPhone)]);
        modernPhone.hangUp();
        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
    });

    it.each([
        { which: "one", at: () => office },
        { which: "other", at: () => modern },
    ])("the $which PBX stays in the way of each call to its end", async ({ at }) => {
        await expect.poll(() => at().server.requestsWithinCalls()).toEqual(["ACK", "BYE", "ACK", "BYE"]);
    });

    it("gives the operator nothing else to look at", () => {
        expectQuietLog(world, /"trunk":"locked-out"/);
        const amiss = linesOf(world).filter(({ level, trunk }) => level === "warn" && trunk === "locked-out");
        expect(amiss).toHaveLength(2);
    });
});
