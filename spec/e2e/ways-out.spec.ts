import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import { SippPhone } from "../../lab/world/SippPhone.ts";
import { World } from "../../lab/world/World.ts";
import type { SeenEvent } from "../../lab/browser/LabPage.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { expectDiscreetLog, expectEnded, expectQuietLog, tones } from "../support/callEnd.ts";

/** Numbers Ofcom keeps free for drama, of different towns, each of which has ways out of its own. */
const called = {
    overTwoTrunks: "+441134960001",
    overDigest: "+441144960002",
    plainly: "+441154960003",
    overTwoAddresses: "+441164960004",
    forbidden: "+33140000004",
} as const;
const credentials = { username: "bridge", password: "lab-password-of-the-carrier" } as const;

describe("a call of a Matrix user finds its way out", () => {
    let world: World;
    let alice: MatrixClientPage;
    let ports: { first: number; second: number; digest: number; elsewhere: number };
    /** Hears everything and says nothing. */
    let deaf: Socket;

    beforeAll(async () => {
        ports = {
            first: await freePort(),
            second: await freePort(),
            digest: await freePort(),
            elsewhere: await freePort(),
        };
        deaf = createSocket("udp4");
        deaf.bind(0, loopback);
        await once(deaf, "listening");
        const silent = `${loopback}:${deaf.address().port}`;
        const trunk = (name: string, port: number, prefix: string): object => {
            // SIPp takes every request for the call it waits for: OPTIONS, too
            return { name, address: `${loopback}:${port}`, prefixes: [prefix], probeSeconds: 0 };
        };
        world = await World.start({
            configure: (config) => ({
                ...config,
                trunks: [
                    trunk("first", ports.first, "+44113"),
                    trunk("second", ports.second, "+44113"),
                    { ...trunk("carrier", ports.digest, "+44114"), ...credentials },
                    trunk("plain", ports.first, "+44115"),
                    {
                        ...trunk("pair", ports.second, "+44116"),
                        address: [silent, `${loopback}:${ports.second}`],
                        responseTimeoutSeconds: 1,
                    },
                    { name: "watched", address: silent, prefixes: [], responseTimeoutSeconds: 1, probeSeconds: 1 },
                ],
                dialling: { allow: [{ users: ["@alice:*"], numbers: ["+44*"] }] },
            }),
        });
        alice = await world.openClient("alice", { toneHz: tones.alice });
    });
    afterEach(() => world.stopPhones());
    afterAll(async () => {
        await world.stop();
        deaf.close();
    });

    async function noticesOf(callId: string): Promise<SeenEvent["content"][]> {
        const { roomId } = await alice.call(callId);
        await alice.awaitEvent("a notice", ({ type, roomId: of }) => type === "m.room.message" && of === roomId);
        return (await alice.events())
            .filter(({ type, roomId: of }) => type === "m.room.message" && of === roomId)
            .map(({ content }) => content);
    }

    it("no rule allows it: the call is rejected, one notice explains it", async () => {
        const callId = await alice.dialNumber(called.forbidden);

        await expectEnded(world, alice, callId, { type: "m.call.reject", reason: "unknown_error" });
        expect(await noticesOf(callId)).toEqual([
            { msgtype: "m.notice", body: "You aren't allowed to call this number. Please contact your administrator." },
        ]);
    });

    it("another user, whom nothing is allowed: nothing rings", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone, port: ports.first });
        const bob = await world.openClient("bob", { toneHz: tones.bob });
        const callId = await bob.dialNumber(called.plainly);

        await expectEnded(world, bob, callId, { type: "m.call.reject", reason: "unknown_error" });
        expect(phone.trace.messages()).toEqual([]);
        await bob.close();
    });

    it("the trunk's first address says nothing: the second one is called", async () => {
        const phone = await world.phoneListens({ toneHz: tones.otherPhone, port: ports.second });
        const callId = await alice.dialNumber(called.overTwoAddresses);
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.otherPhone)]);
        await alice.hangUp(callId);

        await phone.isHungUp();
        await expectEnded(world, alice, callId, "silent");
        await phone.isDone();
    });

    it("the first trunk is out of order: the second one is tried", async () => {
        const broken = await world.phoneListens({ toneHz: tones.phone, port: ports.first, ringsImmediately: false });
        const phone = await world.phoneListens({ toneHz: tones.otherPhone, port: ports.second });
        const callId = await alice.dialNumber(called.overTwoTrunks);
        await broken.isCalled();
        await broken.refuse("broken");
        await broken.isDone();
        await phone.isCalled();
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await Promise.all([phone.tone.hears(tones.alice), alice.hears(callId, tones.otherPhone)]);
        await alice.hangUp(callId);

        expect((await phone.isHungUp()).startLine).toMatch(/^BYE /);
        await expectEnded(world, alice, callId, "silent");
        await phone.isDone();
    });

    it("the trunk asks for the password: the call is placed again with it", async () => {
        const carrier = world.keepPhone(
            await SippPhone.listenForPassword({ toneHz: tones.phone, port: ports.digest, ...credentials }),
        );
        const callId = await alice.dialNumber(called.overDigest);
        await carrier.hasAnswered();
        await alice.awaitState(callId, "connected");
        await Promise.all([carrier.tone.hears(tones.alice), alice.hears(callId, tones.phone)]);
        await alice.hangUp(callId);

        expect((await carrier.isHungUp()).startLine).toMatch(/^BYE /);
        await expectEnded(world, alice, callId, "silent");
        await carrier.isDone();
    });

    it("the password is wrong: the user receives one notice", async () => {
        const other = { username: credentials.username, password: "another" };
        const carrier = world.keepPhone(
            await SippPhone.listenForPassword({ toneHz: tones.phone, port: ports.digest, ...other }),
        );
        const callId = await alice.dialNumber(called.overDigest);

        await expectEnded(world, alice, callId, { type: "m.call.reject", reason: "unknown_error" });
        expect((await noticesOf(callId)).map(({ body }) => body)).toEqual([
            "The phone network doesn't allow this call. Check the number, or contact your administrator.",
        ]);
        await carrier.isDone();
    });

    it("the number has moved: the call follows", async () => {
        const before = await world.phoneListens({ toneHz: tones.phone, port: ports.first, ringsImmediately: false });
        const phone = await world.phoneListens({ toneHz: tones.otherPhone, port: ports.elsewhere });
        const callId = await alice.dialNumber(called.plainly);
        await before.isCalled();
        await before.redirect(`sip:moved@${loopback}:${ports.elsewhere}`);
        await before.isDone();
        expect((await phone.isCalled()).startLine).toContain("sip:moved@");
        await phone.answer();
        await alice.awaitState(callId, "connected");
        await phone.hangUp();

        await expectEnded(world, alice, callId, { type: "m.call.hangup", reason: "user_hangup" });
        await phone.isDone();
    });

    it("given up before the phone said anything: it is cancelled once it does", async () => {
        const phone = await world.phoneListens({ toneHz: tones.phone, port: ports.first, ringsImmediately: false });
        const callId = await alice.dialNumber(called.plainly);
        await phone.isCalled();
        await alice.hangUp(callId);
        await alice.awaitState(callId, "ended");
        await phone.ring();

        expect((await phone.isHungUp()).startLine).toMatch(/^CANCEL /);
        await phone.isDone();
        // RFC 3261, section 9.1: no CANCEL before a provisional response.
        const [invite, ringing, cancel] = phone.trace.messages().filter(({ startLine }) => !/^LAB-/.test(startLine));
        expect([invite?.startLine, ringing?.startLine, cancel?.startLine]).toEqual([
            expect.stringMatching(/^INVITE /),
            expect.stringMatching(/ 180 /),
            expect.stringMatching(/^CANCEL /),
        ]);
        await expectEnded(world, alice, callId, "silent");
    });

    it("gives the operator nothing to look at but the address that does not answer OPTIONS, once", () => {
        const silent = /trunk address unavailable: no response to OPTIONS/;
        const lines = world.bridge.log().split("\n");
        expect(lines.filter((line) => silent.test(line))).toEqual([expect.stringContaining('"trunk":"watched"')]);
        expectQuietLog(world, silent);
    });
    it("keeps to itself who called whom", () =>
        expectDiscreetLog(world, ...Object.values(called), credentials.password));
});
